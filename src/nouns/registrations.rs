//! Who may sign up.

use serde::{Deserialize, Serialize};

/// `registrations_mode` (`app/models/form/admin_settings.rb`); what lets fewer people in is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationsMode {
    Open,
    Approved,
    None,
}

/// The word for a server of one person, where none of these counts (`SINGLE_USER_MODE`).
pub const SINGLE_USER: &str = "single-user";

impl RegistrationsMode {
    pub const ALL: [Self; 3] = [Self::Open, Self::Approved, Self::None];

    /// The word Mastodon stores.
    pub fn stored(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::None => "none",
        }
    }
}

impl RegistrationsMode {
    /// The word people use for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approval required",
            Self::None => "closed",
        }
    }

    /// What setting it does, as the beginning of a sentence.
    pub fn sets(self) -> &'static str {
        match self {
            Self::Open => "Opens registrations",
            Self::Approved => "Requires approval for sign-ups",
            Self::None => "Closes registrations",
        }
    }
}

impl std::str::FromStr for RegistrationsMode {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|mode| mode.stored() == text).ok_or(())
    }
}
