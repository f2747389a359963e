//! Time as the console keeps it: milliseconds since the Unix epoch, UTC, handed in as an argument.

use serde::{Deserialize, Serialize};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

/// A moment in milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Timestamp(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// The clocks of two processes on one store differ by less: with more, one does not start. What lies further ahead than this
/// was written by a clock that has been set back since.
pub const LARGEST_SKEW: i64 = MINUTE;
/// A difference between the machine's clock and the store's that is worth a word.
pub const NOTABLE_SKEW: i64 = 5 * SECOND;

impl Timestamp {
    /// This instant and so many milliseconds (negative: before it).
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this moment.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the present comes from: the system, a store that several processes share, or a test.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// The store's, as it was told last: a clock of this machine that is wrong, or set meanwhile, moves nothing.
    Store(Arc<StoreTime>),
    /// Stands still until a test moves it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that a test moves by [`Clock::advance`].
    pub fn set(at: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.0)))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => machine(),
            Self::Store(time) => time.now(),
            Self::Set(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// How far the machine's clock is ahead of this one, in milliseconds (negative: behind); none where it is this one.
    pub fn skew(&self) -> Option<i64> {
        match self {
            Self::Store(time) => Some(time.skew.load(Ordering::SeqCst)),
            Self::System | Self::Set(_) => None,
        }
    }

    /// Moves a set clock; the others cannot be moved.
    pub fn advance(&self, milliseconds: i64) {
        if let Self::Set(at) = self {
            at.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }
}

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
fn machine() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The store's time, gone on by this process's own measure since it was told.
#[derive(Debug)]
pub struct StoreTime {
    /// Where that measure begins.
    began: std::time::Instant,
    /// What the store's clock showed then, in milliseconds since the Unix epoch.
    at_beginning: AtomicI64,
    /// How far the machine's clock is ahead, in milliseconds.
    skew: AtomicI64,
    was_told: AtomicBool,
}

/// What became of an answer about the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Taken,
    /// It was too long on its way to go by.
    Late,
    /// The store's clock went on or back by so many milliseconds at once, and the machine's did not: nobody's rights begin or end
    /// by that. This process goes on by its own measure.
    Jumped(i64),
}

/// An answer that took longer to come says too little about when it was given, in milliseconds.
const LONGEST_WAY: i64 = 2 * SECOND;

/// What the store's clock is asked at: the machine's time, and how long the process had been running.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    machine: Timestamp,
    running: i64,
}

impl StoreTime {
    /// One that was told nothing yet: it goes by the machine's.
    pub fn new() -> Self {
        let (began, now) = (std::time::Instant::now(), machine().0);
        Self { began, at_beginning: AtomicI64::new(now), skew: AtomicI64::new(0), was_told: AtomicBool::new(false) }
    }

    fn running(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.at_beginning.load(Ordering::SeqCst).saturating_add(self.running()))
    }

    /// The store is about to be asked.
    pub fn asking(&self) -> Asked {
        Asked { machine: machine(), running: self.running() }
    }

    /// The store answered: its clock showed this somewhere between question and answer.
    pub fn told(&self, asked: Asked, store: Timestamp) -> Told {
        self.took(asked, store, self.running().saturating_sub(asked.running))
    }

    fn took(&self, asked: Asked, store: Timestamp, way: i64) -> Told {
        if way > LONGEST_WAY {
            return Told::Late;
        }
        let skew = asked.machine.plus(way / 2).since(store);
        let expected = self.at_beginning.load(Ordering::SeqCst).saturating_add(asked.running + way / 2);
        let jump = store.0.saturating_sub(expected);
        // Where both moved, the machine slept; where the store's alone did, somebody moved it.
        if self.was_told.swap(true, Ordering::SeqCst) && jump.abs() > LARGEST_SKEW && skew.abs() > LARGEST_SKEW {
            self.skew.store(skew, Ordering::SeqCst);
            return Told::Jumped(jump);
        }
        self.at_beginning.store(store.0.saturating_sub(asked.running + way / 2), Ordering::SeqCst);
        self.skew.store(skew, Ordering::SeqCst);
        Told::Taken
    }
}

impl Default for StoreTime {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_by_the_store_and_not_by_the_machine() {
        let time = Arc::new(StoreTime::new());
        let clock = Clock::Store(time.clone());
        assert_eq!(clock.skew(), Some(0));
        let hour = clock.now().plus(HOUR);
        assert_eq!(time.told(time.asking(), hour), Told::Taken);
        let ahead = clock.now().since(hour);
        assert!((0..MINUTE).contains(&ahead), "an hour ahead of the machine, and going on: {ahead}");
        let skew = clock.skew().unwrap_or_default();
        assert!((-HOUR - SECOND..=-HOUR + SECOND).contains(&skew), "{skew}");
        // What took long to come says nothing, and changes nothing.
        assert_eq!(time.took(time.asking(), Timestamp(0), LONGEST_WAY + 1), Told::Late);
        assert!(clock.now() >= hour);
        assert_eq!(Clock::System.skew(), None);
    }

    #[test]
    fn a_store_whose_clock_alone_was_moved_is_not_followed() {
        let time = Arc::new(StoreTime::new());
        let clock = Clock::Store(time.clone());
        assert_eq!(time.told(time.asking(), machine()), Told::Taken);
        for moved in [25 * HOUR, -40 * DAY] {
            let Told::Jumped(by) = time.told(time.asking(), machine().plus(moved)) else {
                panic!("it was followed by {moved}")
            };
            assert!((by - moved).abs() < SECOND, "{by}");
            assert!(clock.now().since(machine()).abs() < SECOND, "nothing moves");
        }
        // A little is what clocks do.
        assert_eq!(time.told(time.asking(), machine().plus(5 * SECOND)), Told::Taken);
        // After a sleep both have gone on.
        time.at_beginning.fetch_sub(HOUR, Ordering::SeqCst);
        assert_eq!(time.told(time.asking(), machine()), Told::Taken);
        assert!(clock.now().since(machine()).abs() < SECOND);
    }
}
