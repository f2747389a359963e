//! Lists of servers to import.

use serde::{Deserialize, Serialize};

/// How a row of a list to import stands to the rules there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    New,
    Stricter,
    Weaker,
    /// Neither is the stricter: each keeps out what the other lets through.
    Different,
    /// It could be a rule, and somebody has to look first: a canary, a host of many people's servers, a contradiction.
    Apart,
    /// The list does not say what the rule would be.
    Unclear,
    /// The name was hidden by whoever published the list.
    Hidden,
    Same,
    Invalid,
}

impl Difference {
    pub const ALL: [Self; 9] = [
        Self::New,
        Self::Stricter,
        Self::Weaker,
        Self::Different,
        Self::Apart,
        Self::Unclear,
        Self::Hidden,
        Self::Same,
        Self::Invalid,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Stricter => "stricter",
            Self::Weaker => "weaker",
            Self::Different => "different",
            Self::Apart => "apart",
            Self::Unclear => "unclear",
            Self::Hidden => "hidden",
            Self::Same => "same",
            Self::Invalid => "invalid",
        }
    }

    /// On a page.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Stricter => "stricter",
            Self::Weaker => "weaker",
            Self::Different => "different",
            Self::Apart => "to check",
            Self::Unclear => "unclear",
            Self::Hidden => "obfuscated",
            Self::Same => "unchanged",
            Self::Invalid => "unusable",
        }
    }

    /// Whether all such rows can be ticked together; those set apart are ticked one by one.
    pub fn applies(self) -> bool {
        matches!(self, Self::New | Self::Stricter | Self::Weaker | Self::Different)
    }

    /// Whether such rows are ticked before anybody has looked, where nothing about the file had to be guessed.
    pub fn is_ticked(self) -> bool {
        matches!(self, Self::New | Self::Stricter)
    }
}

impl std::str::FromStr for Difference {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|difference| difference.name() == text).ok_or(())
    }
}

/// How many rows of a difference are ticked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticks {
    pub rows: i64,
    pub ticked: i64,
    /// Those that cut follows, and how many of them are ticked.
    pub cutting: i64,
    pub cutting_ticked: i64,
    /// Unticked by hand.
    pub left_out: i64,
}

impl std::ops::AddAssign for Ticks {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.ticked += other.ticked;
        self.cutting += other.cutting;
        self.cutting_ticked += other.cutting_ticked;
        self.left_out += other.left_out;
    }
}

/// How far a row of an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Only shown.
    Listed,
    Waiting,
    /// A process is at it.
    UnderWay,
    Done,
    Failed,
    /// Somebody unticked it by hand before the import began.
    LeftOut,
}

impl RowState {
    pub const ALL: [Self; 6] = [Self::Listed, Self::Waiting, Self::UnderWay, Self::Done, Self::Failed, Self::LeftOut];

    pub fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::LeftOut => "left_out",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Listed => "not selected",
            Self::Waiting => "waiting",
            Self::UnderWay => "in progress",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::LeftOut => "deselected by hand",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Listed | Self::Waiting | Self::LeftOut => "badge",
            Self::UnderWay => "badge accent",
            Self::Done => "badge good",
            Self::Failed => "badge danger",
        }
    }
}

impl std::str::FromStr for RowState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportState {
    Preview,
    Running,
    Paused,
    Done,
}

impl ImportState {
    pub const ALL: [Self; 4] = [Self::Preview, Self::Running, Self::Paused, Self::Done];

    pub fn name(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Preview => "badge",
            Self::Running => "badge accent",
            Self::Paused => "badge warn",
            Self::Done => "badge good",
        }
    }
}

impl std::str::FromStr for ImportState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}
