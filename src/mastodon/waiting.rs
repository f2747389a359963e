//! The waiting list: open reports in memory, because Mastodon has no index for them and every page asks.
//!
//! Filled by one scan, kept current by keys alone, reconciled by a full scan each minute. A sequence hands out ids before
//! their rows become visible, so each refresh looks at the thousand ids below the last one again.

use super::database::{Database, DatabaseError, OpenReport};
use crate::clock::{Instant, MINUTE};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Above this it holds the newest and says so.
const MOST: i64 = 50_000;
/// Ids below the last seen that are looked at again.
const OVERLAP: i64 = 1_000;
/// Above so many known entries the re-reading goes in slices.
const SLICE: usize = 5_000;

/// What waits on one instance.
#[derive(Default)]
pub struct List {
    shown: RwLock<Arc<Snapshot>>,
    state: tokio::sync::Mutex<State>,
}

/// The list at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Open reports, oldest first.
    pub reports: Vec<OpenReport>,
    /// When it was last equal to the table, as far as keys can tell; `None` before it was filled.
    pub at: Option<Instant>,
    /// There are more than it holds.
    pub cut: bool,
    /// What the last reconciliation found that keys had missed, since the start.
    pub missed: u64,
    /// Why it could not be refreshed; `None` while all is well.
    pub trouble: Option<String>,
}

#[derive(Default)]
struct State {
    known: BTreeMap<i64, OpenReport>,
    newest_report: i64,
    newest_log: i64,
    reconciled: Option<Instant>,
    refreshed: Option<Instant>,
    cut: bool,
    missed: u64,
    /// Where the next slice of known entries begins.
    slice_from: i64,
}

impl List {
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Brings the list up to date: by keys, and by a full scan where the last is a minute old.
    pub async fn refresh(&self, database: &Database, now: Instant) {
        let mut state = self.state.lock().await;
        let due = state.reconciled.is_none_or(|at| now.since(at) >= MINUTE);
        let result = if due { reconcile(&mut state, database, now).await } else { follow(&mut state, database).await };
        let trouble = result.err().map(|error| error.to_string());
        if trouble.is_none() {
            state.refreshed = Some(now);
        }
        let snapshot = Snapshot {
            reports: state.known.values().cloned().collect(),
            at: state.refreshed,
            cut: state.cut,
            missed: state.missed,
            trouble,
        };
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }
}

/// By keys: new ones, known ones, and those that Mastodon's log says were re-opened.
async fn follow(state: &mut State, database: &Database) -> Result<(), DatabaseError> {
    let mut read = database.read().await?;
    let newest_report = read.newest_report().await?.max(state.newest_report);
    let (reopened, newest_log) = read.reopened_above(state.newest_log - OVERLAP).await?;
    let mut found = read.open_above(state.newest_report - OVERLAP, MOST).await?;

    let ids: Vec<i64> = if state.known.len() <= SLICE {
        state.known.keys().copied().collect()
    } else {
        let slice: Vec<i64> = state.known.range(state.slice_from..).map(|(id, _)| *id).take(SLICE).collect();
        state.slice_from = slice.last().filter(|_| slice.len() == SLICE).map_or(0, |last| last + 1);
        slice
    };
    let mut asked: Vec<i64> = ids.clone();
    asked.extend(reopened.iter().filter(|id| !state.known.contains_key(id)));
    asked.sort_unstable();
    asked.dedup();
    let open = read.open_among(&asked).await?;
    for id in ids {
        state.known.remove(&id);
    }
    found.extend(open);
    state.known.extend(found.into_iter().map(|report| (report.id.0, report)));
    state.newest_report = newest_report;
    state.newest_log = newest_log.max(state.newest_log);
    trim(state);
    Ok(())
}

/// By a full scan, counting what keys had missed.
async fn reconcile(state: &mut State, database: &Database, now: Instant) -> Result<(), DatabaseError> {
    let filled = state.reconciled.is_some();
    if filled {
        follow(state, database).await?;
    }
    let mut read = database.read().await?;
    let newest_report = read.newest_report().await?;
    let (_, newest_log) = read.reopened_above(i64::MAX).await?;
    let open = read.newest_open(MOST + 1).await?;
    let cut = i64::try_from(open.len()).unwrap_or(i64::MAX) > MOST;
    let table: BTreeMap<i64, OpenReport> = open.into_iter().map(|report| (report.id.0, report)).collect();
    if filled {
        let missed = table.keys().filter(|id| !state.known.contains_key(id)).count()
            + state.known.keys().filter(|id| !table.contains_key(id)).count();
        state.missed += u64::try_from(missed).unwrap_or(0);
    }
    state.known = table;
    state.cut = cut;
    state.newest_report = newest_report.max(state.newest_report);
    state.newest_log = newest_log.max(state.newest_log);
    state.reconciled = Some(now);
    trim(state);
    Ok(())
}

fn trim(state: &mut State) {
    while i64::try_from(state.known.len()).unwrap_or(i64::MAX) > MOST {
        state.known.pop_first();
        state.cut = true;
    }
}
