//! Why somebody’s own account on an instance is good for nothing.

/// Why nobody may act as a linked account any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lapse {
    /// `users.disabled`
    Frozen,
    /// `accounts.suspended_at`
    Suspended,
    /// Neither approved nor confirmed, or one of them not
    Waiting,
    /// No role, or one without any staff permission
    NoStaff,
    /// Deleted, or without a login here
    Gone,
}

impl Lapse {
    /// What is said after the account.
    pub fn words(self) -> &'static str {
        match self {
            Self::Frozen => "is frozen",
            Self::Suspended => "is suspended",
            Self::Waiting => "is not confirmed or not approved",
            Self::NoStaff => "has no role with permissions",
            Self::Gone => "has no login any more",
        }
    }
}
