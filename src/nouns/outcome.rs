//! What became of a deed.

use serde::{Deserialize, Serialize};

/// What became of a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done, with a trace that only this deed can have left.
    Succeeded,
    Partly,
    /// Definitely refused, or certainly not sent or not done.
    Failed,
    /// The right state, perhaps by somebody else's hand; sent, and not seen to have happened; or no knowing.
    Unknown,
    /// The state was not what the person saw; nothing was sent.
    Stale,
    Refused,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Stale => "stale",
            Self::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Succeeded, Self::Partly, Self::Failed, Self::Unknown, Self::Stale, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.name() == text)
    }
}
