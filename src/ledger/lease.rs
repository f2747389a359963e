//! Which open deeds somebody in this process is at work on. Only their leases are renewed: what a panic, an ended request or
//! an uncertain commit left behind runs out and is swept, and its subject is free again.

use super::{Ledger, LedgerError, write::OPEN_DEEDS};
use crate::store::{Driver, on};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

/// The intents of the warrants that exist.
#[derive(Clone, Debug, Default)]
pub(super) struct AtWork {
    intents: Arc<Mutex<BTreeSet<i64>>>,
    /// Counts them, and those that are about to be; closed when the process comes to its end.
    count: TaskTracker,
}

impl AtWork {
    fn set(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // A set of numbers is whole after every panic.
        self.intents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A deed is about to be opened; not when the process comes to its end.
    pub(super) fn begin(&self) -> Result<TaskTrackerToken, LedgerError> {
        // Counted first: whoever waits for the last one either waits for this one or turns it away.
        let counted = self.count.token();
        if self.count.is_closed() { Err(LedgerError::Ending) } else { Ok(counted) }
    }

    pub(super) fn hold(&self, index: i64, counted: TaskTrackerToken) -> Held {
        self.set().insert(index);
        Held { index, at_work: self.clone(), _counted: counted }
    }

    pub(super) fn has(&self, index: i64) -> bool {
        self.set().contains(&index)
    }
}

/// As long as it exists, its deed's lease is renewed.
#[derive(Debug)]
pub(super) struct Held {
    index: i64,
    at_work: AtWork,
    _counted: TaskTrackerToken,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.at_work.set().remove(&self.index);
    }
}

impl Ledger {
    /// No deed is begun here any more; those under way go on to their end.
    pub fn end(&self) {
        self.at_work.count.close();
    }

    /// Whether no deed is begun here any more.
    pub fn is_ending(&self) -> bool {
        self.at_work.count.is_closed()
    }

    /// Waits, after [`Self::end`], until the last deed under way here is closed.
    pub async fn ended(&self) {
        self.at_work.count.wait().await;
    }

    /// How many deeds are under way here.
    pub fn under_way(&self) -> usize {
        self.at_work.set().len()
    }

    /// Keeps the leases running of the deeds that this process is at work on. One that cannot be renewed now keeps back none
    /// of the others.
    ///
    /// # Errors
    /// The store's.
    pub async fn renew_leases(&self) -> Result<(), LedgerError> {
        let (at_work, now): (Vec<i64>, _) = (self.at_work.set().iter().copied().collect(), self.clock.now());
        let mut renewed = Ok(());
        for intent in at_work {
            if let Err(error) = OPEN_DEEDS.renew(&self.store, &intent.to_string(), &self.process, now).await {
                renewed = Err(error.into());
            }
        }
        renewed
    }

    /// On SQLite the lock of the one server proves every former holder dead: their leases end now.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_former_leases(&self) -> Result<(), LedgerError> {
        if matches!(self.store.driver, Driver::Sqlite(_)) {
            const SQL: &str = "update open_deeds set lease_until = $2 where lease <> $1 and lease_until > $2";
            let now = self.clock.now().0;
            on!(&self.store, pool => sqlx::query(SQL).bind(&*self.process).bind(now).execute(pool).await?.rows_affected());
        }
        Ok(())
    }
}
