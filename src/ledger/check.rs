//! The check of the whole record that runs in this process, and what the last one found.

use super::verify::Verified;
use crate::clock::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The check that runs in this process, and what the last one found.
#[derive(Default)]
pub struct LedgerCheck(Mutex<State>);

#[derive(Default)]
struct State {
    shown: Check,
    /// Where the next one can go on.
    reached: Option<Verified>,
}

impl LedgerCheck {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is, and what was found last.
    pub fn shown(&self) -> Check {
        self.state().shown.clone()
    }

    /// Takes the turn; `None` while another check runs.
    pub fn take(&self, entries: i64, everything: bool) -> Option<Option<Verified>> {
        let mut state = self.state();
        if state.shown.running.is_some() {
            return None;
        }
        state.shown.running = Some((0, entries));
        Some(state.reached.clone().filter(|_| !everything))
    }

    /// How many entries have been read by now.
    pub fn read(&self, entries: i64) {
        if let Some((read, of)) = &mut self.state().shown.running {
            *read = entries.min(*of);
        }
    }

    /// Gives the turn back, with what was found and where the next check can go on.
    pub fn end(&self, found: Checked, reached: Option<Verified>) {
        *self.state() = State { shown: Check { running: None, last: Some(found) }, reached };
    }
}

/// The check of the whole record, as it stands in this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// How many entries have been read, and of how many, while one runs.
    pub running: Option<(i64, i64)>,
    pub last: Option<Checked>,
}

/// What the last check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub at: Timestamp,
    /// How many entries it vouches for; `None` where it could not be carried through.
    pub entries: Option<i64>,
    pub whole: bool,
    /// What it says, a sentence each.
    pub said: Vec<String>,
}
