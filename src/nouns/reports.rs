//! What is decided about a case, and what a case is called by.

use super::permissions::Capability;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, Row, postgres::PgRow};

/// What a moderator decides about an account (`app/models/admin/account_action.rb`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Close the reports without an action.
    Resolve,
    /// A strike without a sanction (`none`).
    Warn,
    Disable,
    /// All media behind a warning (`sensitive`).
    Sensitive,
    Silence,
    Suspend,
}

impl Decision {
    /// The strike that it leaves, as `account_warnings.action` has it (`app/models/account_warning.rb`).
    pub fn strike(self) -> Option<i32> {
        match self {
            Self::Resolve => None,
            Self::Warn => Some(0),
            Self::Disable => Some(1000),
            Self::Sensitive => Some(2000),
            Self::Silence => Some(3000),
            Self::Suspend => Some(4000),
        }
    }

    pub const ALL: [Self; 6] =
        [Self::Resolve, Self::Warn, Self::Sensitive, Self::Silence, Self::Suspend, Self::Disable];

    /// What it asks of whoever acts; a strike closes the reports, which is refused without the right to.
    pub fn needs(self, reports: bool) -> &'static [Capability] {
        match (self, reports) {
            (Self::Resolve, _) => &[Capability::Reports],
            (_, true) => &[Capability::Accounts, Capability::Reports],
            (_, false) => &[Capability::Accounts],
        }
    }

    /// The `type` of Mastodon's account action; `None` for [`Decision::Resolve`], which is not one.
    pub fn action_type(self) -> Option<&'static str> {
        match self {
            Self::Resolve => None,
            Self::Warn => Some("none"),
            Self::Disable => Some("disable"),
            Self::Sensitive => Some("sensitive"),
            Self::Silence => Some("silence"),
            Self::Suspend => Some("suspend"),
        }
    }
}

/// What takes a sanction back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversal {
    Enable,
    Unsensitive,
    Unsilence,
    Unsuspend,
}

impl Reversal {
    /// The last part of its address in Mastodon's API.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Unsensitive => "unsensitive",
            Self::Unsilence => "unsilence",
            Self::Unsuspend => "unsuspend",
        }
    }
}

/// `reports.category`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Other,
    Spam,
    Legal,
    Violation,
}

impl Category {
    pub const ALL: [Self; 4] = [Self::Other, Self::Spam, Self::Legal, Self::Violation];

    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Spam => "spam",
            Self::Legal => "legal",
            Self::Violation => "violation",
        }
    }

    /// Its number in `reports.category` (`app/models/report.rb`).
    pub fn number(self) -> i32 {
        match self {
            Self::Other => 0,
            Self::Spam => 1000,
            Self::Legal => 1500,
            Self::Violation => 2000,
        }
    }

    /// The one with this number; none for a number that no release from 4.3 to 4.7 has, which counts as other.
    pub fn numbered(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.number() == number)
    }
}

/// The sanctions in force on an account, as a person saw them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    pub disabled: bool,
    pub sensitized: bool,
    pub silenced: bool,
    pub suspended: bool,
    /// Its data was deleted, or its owner asked for it; 4.7 alone says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Its release says whether it was deleted, and the console may not read it. No sanction: it is neither sent with a form
    /// nor recorded.
    #[serde(skip)]
    pub untold: bool,
}

/// What is said of somebody where that cannot be read.
const UNTOLD: &str = "not known whether deleted by its owner";

impl Decision {
    /// The letter that stands on its button.
    pub fn key(self) -> &'static str {
        match self {
            Self::Resolve => "r",
            Self::Warn => "w",
            Self::Sensitive => "m",
            Self::Silence => "l",
            Self::Suspend => "s",
            Self::Disable => "z",
        }
    }

    /// The words on its button.
    pub fn words(self) -> &'static str {
        match self {
            Self::Resolve => "Mark as resolved",
            Self::Warn => "Warn",
            Self::Sensitive => "Mark as sensitive",
            Self::Silence => "Limit",
            Self::Suspend => "Suspend",
            Self::Disable => "Freeze",
        }
    }

    /// The sanctions that are in force after it.
    pub fn leaves(self, state: AccountState) -> AccountState {
        match self {
            Self::Resolve | Self::Warn => state,
            Self::Disable => AccountState { disabled: true, ..state },
            Self::Sensitive => AccountState { sensitized: true, ..state },
            Self::Silence => AccountState { silenced: true, ..state },
            Self::Suspend => AccountState { suspended: true, ..state },
        }
    }

    /// Whether what it would do is so already: it is taken back, and not given once more.
    pub fn is_in_force(self, state: AccountState) -> bool {
        !matches!(self, Self::Resolve | Self::Warn) && self.leaves(state) == state
    }

    /// Its name in addresses and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Warn => "warn",
            Self::Sensitive => "sensitive",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
            Self::Disable => "disable",
        }
    }

    /// What was done, in a sentence that goes on with a handle.
    pub fn past(self) -> &'static str {
        match self {
            Self::Resolve => "resolved the reports about",
            Self::Warn => "warned",
            Self::Sensitive => "marked as sensitive all media of",
            Self::Silence => "limited",
            Self::Suspend => "suspended",
            Self::Disable => "froze",
        }
    }
}

impl std::str::FromStr for Decision {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|decision| decision.name() == text).ok_or(())
    }
}

impl Reversal {
    pub const ALL: [Self; 4] = [Self::Enable, Self::Unsensitive, Self::Unsilence, Self::Unsuspend];

    pub fn words(self) -> &'static str {
        match self {
            Self::Enable => "Unfreeze",
            Self::Unsensitive => "Unmark as sensitive",
            Self::Unsilence => "Undo limit",
            Self::Unsuspend => "Undo suspension",
        }
    }

    pub fn past(self) -> &'static str {
        match self {
            Self::Enable => "unfroze",
            Self::Unsensitive => "removed the sensitive mark from all media of",
            Self::Unsilence => "undid the limit of",
            Self::Unsuspend => "undid the suspension of",
        }
    }

    /// The sanctions that are left after it.
    pub fn leaves(self, state: AccountState) -> AccountState {
        match self {
            Self::Enable => AccountState { disabled: false, ..state },
            Self::Unsensitive => AccountState { sensitized: false, ..state },
            Self::Unsilence => AccountState { silenced: false, ..state },
            Self::Unsuspend => AccountState { suspended: false, ..state },
        }
    }

    /// Whether there is something of this sort to take back.
    pub fn applies(self, state: AccountState) -> bool {
        match self {
            Self::Enable => state.disabled,
            Self::Unsensitive => state.sensitized,
            Self::Unsilence => state.silenced,
            Self::Unsuspend => state.suspended,
        }
    }
}

impl std::str::FromStr for Reversal {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reversal| reversal.verb() == text).ok_or(())
    }
}

impl std::str::FromStr for Category {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|category| category.name() == text).ok_or(())
    }
}

impl Category {
    /// How urgent: the lower the sooner.
    pub fn rank(self) -> u8 {
        match self {
            Self::Legal => 0,
            Self::Violation => 1,
            Self::Other => 2,
            Self::Spam => 3,
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Legal => "badge danger",
            Self::Violation => "badge warn",
            Self::Other | Self::Spam => "badge",
        }
    }

    /// The word on the badge.
    pub fn word(self) -> &'static str {
        match self {
            Self::Violation => "rules",
            other => other.name(),
        }
    }
}

/// `disabled`, `sensitized`, `silenced`, `suspended`, and `deleted`, which is null where it may not be read.
impl FromRow<'_, PgRow> for AccountState {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let read = |name: &str| row.try_get(name);
        let sanctions = [read("disabled")?, read("sensitized")?, read("silenced")?, read("suspended")?];
        Ok(Self::of(sanctions, row.try_get("deleted")?))
    }
}

impl AccountState {
    /// Login, media, reach and account as they are limited, and whether it was deleted, where that may be read.
    pub fn of([disabled, sensitized, silenced, suspended]: [bool; 4], deleted: Option<bool>) -> Self {
        let (deleted, untold) = (deleted == Some(true), deleted.is_none());
        Self { disabled, sensitized, silenced, suspended, deleted, untold }
    }

    /// The same sanctions, as a form and the record have them.
    pub fn sanctions(self) -> Self {
        Self { untold: false, ..self }
    }

    /// The sanctions in force, in words, and what cannot be said.
    pub fn words(self) -> Vec<&'static str> {
        [
            (self.suspended, "suspended"),
            (self.deleted, "marked as deleted"),
            (self.silenced, "limited"),
            (self.sensitized, "marked as sensitive"),
            (self.disabled, "frozen"),
            (self.untold && !self.suspended, UNTOLD),
        ]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect()
    }
}

/// How many open reports of one case are read; the oldest.
pub const MOST_READ: usize = 500;
