//! What an alarm can be about.

/// A sort of alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmKind {
    Reveals,
    Searches,
    UnusualHours,
    /// Tries at one's own case or grant that were refused.
    OwnRefused,
    FailedSignIns,
    /// The password was right each time.
    WrongCodes,
    ChangedOutside,
    /// A row or the record itself was accepted at the server.
    AtServer,
    Contradiction,
    Checkpoint,
    /// A contractor's grant is about to end.
    LastDay,
}

impl AlarmKind {
    pub const ALL: [Self; 11] = [
        Self::Reveals,
        Self::Searches,
        Self::UnusualHours,
        Self::OwnRefused,
        Self::FailedSignIns,
        Self::WrongCodes,
        Self::ChangedOutside,
        Self::AtServer,
        Self::Contradiction,
        Self::Checkpoint,
        Self::LastDay,
    ];

    /// Its name in the store and in the metrics, never changed once used.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reveals => "reveals",
            Self::Searches => "searches",
            Self::UnusualHours => "unusual_hours",
            Self::OwnRefused => "own_refused",
            Self::FailedSignIns => "failed_sign_ins",
            Self::WrongCodes => "wrong_codes",
            Self::ChangedOutside => "changed_outside",
            Self::AtServer => "at_server",
            Self::Contradiction => "contradiction",
            Self::Checkpoint => "checkpoint",
            Self::LastDay => "last_day",
        }
    }

    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reveals => "Many reveals",
            Self::Searches => "Many searches by email or IP address",
            Self::UnusualHours => "Unusual hours",
            Self::OwnRefused => "Own case or grant",
            Self::FailedSignIns => "Failed sign-ins",
            Self::WrongCodes => "Wrong codes",
            Self::ChangedOutside => "Changed outside the console",
            Self::AtServer => "Accepted on the server",
            Self::Contradiction => "Audit log contradicts itself",
            Self::Checkpoint => "Checkpoint late",
            Self::LastDay => "Last day of a grant",
        }
    }

    /// Whether what goes on after somebody acknowledged it raises another one. The others are one for good.
    pub fn comes_again(self) -> bool {
        match self {
            Self::UnusualHours
            | Self::OwnRefused
            | Self::FailedSignIns
            | Self::WrongCodes
            | Self::ChangedOutside
            | Self::AtServer
            | Self::Checkpoint => true,
            Self::Reveals | Self::Searches | Self::Contradiction | Self::LastDay => false,
        }
    }
}

impl std::str::FromStr for AlarmKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| format!("“{text}” is no sort of alarm"))
    }
}
