//! Which open deeds somebody in this process is at work on. Only their leases are renewed: what a panic, an ended request or
//! an uncertain commit left behind runs out and is swept, and its subject is free again.

use super::{Ledger, LedgerError, write::LEASE};
use crate::store::{Driver, on};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The intents of the warrants that exist.
#[derive(Clone, Debug, Default)]
pub(super) struct AtWork(Arc<Mutex<BTreeSet<i64>>>);

impl AtWork {
    fn set(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // A set of numbers is whole after every panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self, index: i64) -> Held {
        self.set().insert(index);
        Held { index, at_work: self.clone() }
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
}

impl Drop for Held {
    fn drop(&mut self) {
        self.at_work.set().remove(&self.index);
    }
}

impl Ledger {
    /// Keeps the leases running of the deeds that this process is at work on.
    ///
    /// # Errors
    /// The store's.
    pub async fn renew_leases(&self) -> Result<(), LedgerError> {
        const SQL: &str = "update open_deeds set lease_until = $3 where intent = $1 and lease = $2";
        let until = self.clock.now().plus(LEASE).0;
        let at_work: Vec<i64> = self.at_work.set().iter().copied().collect();
        for intent in at_work {
            on!(&self.store, pool => sqlx::query(SQL)
                .bind(intent).bind(&*self.process).bind(until).execute(pool).await?.rows_affected());
        }
        Ok(())
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
