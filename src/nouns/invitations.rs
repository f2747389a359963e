//! Asking the staff for access.

/// How far an access request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    Waiting,
    Invited,
    Refused,
    /// Nobody decided in time.
    Lapsed,
}

impl RequestState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Invited, Self::Refused, Self::Lapsed];

    /// Its name in addresses and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Invited => "invited",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
        }
    }

    /// What it is called on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Waiting => "Pending",
            Self::Invited => "Invited",
            Self::Refused => "Rejected",
            Self::Lapsed => "Expired",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Waiting => "badge warn",
            Self::Invited => "badge good",
            Self::Refused | Self::Lapsed => "badge",
        }
    }
}

impl std::str::FromStr for RequestState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}
