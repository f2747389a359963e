//! Reports: the queue, the case and what can be decided about it.

use serde::{Deserialize, Serialize};

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
    pub const ALL: [Self; 6] =
        [Self::Resolve, Self::Warn, Self::Sensitive, Self::Silence, Self::Suspend, Self::Disable];

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
}

/// The sanctions in force on an account, as a person saw them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    pub disabled: bool,
    pub sensitized: bool,
    pub silenced: bool,
    pub suspended: bool,
}
