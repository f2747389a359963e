//! Time as the console keeps it: milliseconds since the Unix epoch, UTC, handed in as an argument.

use serde::{Deserialize, Serialize};

/// A moment in milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// This moment and so many milliseconds (negative: before it).
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this moment.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the present comes from: the system, or a test.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Stands still until a test moves it.
    Set(std::sync::Arc<std::sync::atomic::AtomicI64>),
}

impl Clock {
    /// A clock that a test moves by [`Clock::advance`].
    pub fn set(at: Timestamp) -> Self {
        Self::Set(std::sync::Arc::new(std::sync::atomic::AtomicI64::new(at.0)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Set(at) => Timestamp(at.load(std::sync::atomic::Ordering::SeqCst)),
        }
    }

    /// Moves a set clock; the system's cannot be moved.
    pub fn advance(&self, milliseconds: i64) {
        if let Self::Set(at) = self {
            at.fetch_add(milliseconds, std::sync::atomic::Ordering::SeqCst);
        }
    }
}
