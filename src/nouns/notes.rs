//! Notes of the team's own about an account, as pages show them.

use crate::clock::Timestamp;

/// The notes of the team's own about an account, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OurNotes {
    pub notes: Vec<OurNote>,
    pub may_write: bool,
}

/// A note of the team's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurNote {
    pub id: String,
    pub by: String,
    pub at: Timestamp,
    /// Empty once it is withdrawn.
    pub text: String,
    pub withdrawn: Option<(Timestamp, String)>,
    pub may_withdraw: bool,
}
