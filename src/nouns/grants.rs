//! What a contractor's grant includes.

use super::reports::Category;
use crate::id::{AccountId, InstanceName, RoleId};
use serde::{Deserialize, Serialize};

/// What a grant includes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub instances: Vec<InstanceName>,
    /// Categories of reports.
    pub categories: Vec<Category>,
    /// Whether sign-ups may be decided.
    pub sign_ups: bool,
    /// Whether masked things may be revealed, with a reason.
    pub reveal: bool,
}

impl Scope {
    /// “spam, violation; sign-ups; no reveals”
    pub fn words(&self) -> String {
        let categories = match self.categories.as_slice() {
            [] => "no reports".to_owned(),
            all if all.len() == Category::ALL.len() => "all reports".to_owned(),
            some => some.iter().map(|category| category.word()).collect::<Vec<_>>().join(", "),
        };
        let sign_ups = if self.sign_ups { "sign-ups" } else { "no sign-ups" };
        let reveal = if self.reveal { "reveals with a reason" } else { "no reveals" };
        format!("{categories}; {sign_ups}; {reveal}")
    }

    /// “harbour, quay”
    pub fn places(&self) -> String {
        self.instances.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The role on one instance for the time of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAsked {
    pub instance: InstanceName,
    pub account: AccountId,
    /// `users.id`
    pub user: i64,
    pub acct: String,
    pub role: RoleId,
    /// As it was called when it was asked for.
    pub role_name: String,
}

/// How far a grant has come. It follows from what was decided and from the time alone, never from a job having run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has decided yet.
    Asked,
    /// Nobody decided before it was over.
    Missed,
    Refused,
    /// Approved, and still to come.
    ToCome,
    Running,
    Over,
    /// Taken back before anybody decided, or before its end.
    Revoked,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "pending",
            Self::Missed => "never decided",
            Self::Refused => "rejected",
            Self::ToCome => "scheduled",
            Self::Running => "active",
            Self::Over => "ended",
            Self::Revoked => "revoked",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Running => "badge good",
            Self::Asked => "badge warn",
            Self::ToCome => "badge accent",
            Self::Refused | Self::Revoked => "badge danger",
            Self::Missed | Self::Over => "badge",
        }
    }

    /// Whether it can still be revoked.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::ToCome | Self::Running)
    }
}

/// How far that role has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleState {
    /// To be given when the grant begins.
    Asked,
    /// Under way: the former role is noted.
    Giving,
    Given,
    /// Under way: the former role returns.
    Taking,
    Taken,
    /// Somebody else had changed it meanwhile: it stays as they made it.
    Left,
    /// Not given before the grant was over, or there was nothing to give.
    Never,
}

impl RoleState {
    pub const ALL: [Self; 7] =
        [Self::Asked, Self::Giving, Self::Given, Self::Taking, Self::Taken, Self::Left, Self::Never];

    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Giving => "giving",
            Self::Given => "given",
            Self::Taking => "taking",
            Self::Taken => "taken",
            Self::Left => "left",
            Self::Never => "never",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "not assigned yet",
            Self::Giving => "being assigned",
            Self::Given => "assigned",
            Self::Taking => "being removed",
            Self::Taken => "removed",
            Self::Left => "left unchanged",
            Self::Never => "never assigned",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Given => "badge good",
            Self::Giving | Self::Taking | Self::Left => "badge warn",
            Self::Asked | Self::Taken | Self::Never => "badge",
        }
    }
}
