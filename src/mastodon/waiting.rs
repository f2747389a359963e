//! The waiting lists: open reports, pending sign-ups and appeals in memory, because Mastodon has no index for them and every page
//! asks.
//!
//! Filled by one scan, kept current by keys alone, reconciled by a full scan each minute. A sequence hands out ids before
//! their rows become visible, so each refresh looks at the thousand ids below the last one again.

use super::{
    database::{AppealRow, Database, DatabaseError, OpenReport, PendingSignUp, Read},
    resemblance::Resemblance,
};
use crate::{
    clock::{MINUTE, Timestamp},
    text,
};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Deref,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};
use tokio::sync::watch;

/// Above this it holds the newest and says so.
const MOST: i64 = 50_000;
/// Ids below the last seen that are looked at again.
const OVERLAP: i64 = 1_000;
/// Above so many known entries the re-reading goes in slices.
const SLICE: usize = 5_000;

/// Sign-ups that wait for a decision: those that the queue counts as pending, and those whose email is not confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undecided {
    pub pending: usize,
    pub unconfirmed: usize,
}

impl Undecided {
    pub fn of<'a>(people: impl Iterator<Item = &'a PendingSignUp>) -> Self {
        let (pending, unconfirmed): (Vec<_>, Vec<_>) = people.partition(|person| person.confirmed);
        Self { pending: pending.len(), unconfirmed: unconfirmed.len() }
    }

    pub fn number(self) -> usize {
        self.pending + self.unconfirmed
    }

    /// “47 pending and 10 unconfirmed sign-ups”
    pub fn said(self) -> String {
        let word = if self.number() == 1 { "sign-up" } else { "sign-ups" };
        let part = |number: usize, what: &str| (number > 0).then(|| format!("{} {what}", text::grouped(number)));
        let parts = [part(self.pending, "pending"), part(self.unconfirmed, "unconfirmed")];
        format!("{} {word}", parts.into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }
}

/// What can wait: rows of one table, known by its primary key.
pub trait Waits: Clone + PartialEq + Send + Sync + 'static {
    /// What is found out of all of them together.
    type Together: Send + Sync;

    /// Finds it out, of rows in the order of their keys.
    fn together(rows: &[Self]) -> Self::Together;

    /// The primary key.
    fn key(&self) -> i64;

    /// What of it whoever has it on the screen would see change.
    fn mark(&self, into: &mut DefaultHasher);

    /// The newest key there is, whether its row waits or not; 0 for none.
    fn newest_key(read: &mut Read) -> impl Future<Output = Result<i64, DatabaseError>> + Send;

    /// Those that wait above a key, oldest first.
    fn above(read: &mut Read, key: i64, limit: i64) -> impl Future<Output = Result<Vec<Self>, DatabaseError>> + Send;

    /// Those among these keys that wait.
    fn among(read: &mut Read, keys: &[i64]) -> impl Future<Output = Result<Vec<Self>, DatabaseError>> + Send;

    /// The newest that wait: the full scan.
    fn newest(read: &mut Read, limit: i64) -> impl Future<Output = Result<Vec<Self>, DatabaseError>> + Send;

    /// Keys that wait again, by the rows of Mastodon's log above an id, and the newest id of that log.
    fn back_again(read: &mut Read, log: i64) -> impl Future<Output = Result<(Vec<i64>, i64), DatabaseError>> + Send;
}

impl Waits for OpenReport {
    type Together = ();

    fn together(_: &[Self]) {}

    fn key(&self) -> i64 {
        self.id.0
    }

    fn mark(&self, into: &mut DefaultHasher) {
        (self.id.0, self.target.0, self.category.name(), self.assigned.as_ref().map(|(id, _)| id.0)).hash(into);
    }

    async fn newest_key(read: &mut Read) -> Result<i64, DatabaseError> {
        read.newest_report().await
    }

    async fn above(read: &mut Read, key: i64, limit: i64) -> Result<Vec<Self>, DatabaseError> {
        read.open_above(key, limit).await
    }

    async fn among(read: &mut Read, keys: &[i64]) -> Result<Vec<Self>, DatabaseError> {
        read.open_among(keys).await
    }

    async fn newest(read: &mut Read, limit: i64) -> Result<Vec<Self>, DatabaseError> {
        read.newest_open(limit).await
    }

    async fn back_again(read: &mut Read, log: i64) -> Result<(Vec<i64>, i64), DatabaseError> {
        read.reopened_above(log).await
    }
}

impl Waits for PendingSignUp {
    type Together = Resemblance;

    fn together(rows: &[Self]) -> Resemblance {
        Resemblance::of(rows)
    }

    fn key(&self) -> i64 {
        self.user
    }

    fn mark(&self, into: &mut DefaultHasher) {
        (self.user, self.confirmed).hash(into);
    }

    async fn newest_key(read: &mut Read) -> Result<i64, DatabaseError> {
        read.newest_user().await
    }

    async fn above(read: &mut Read, key: i64, limit: i64) -> Result<Vec<Self>, DatabaseError> {
        read.pending_above(key, limit).await
    }

    async fn among(read: &mut Read, keys: &[i64]) -> Result<Vec<Self>, DatabaseError> {
        read.pending_among(keys).await
    }

    async fn newest(read: &mut Read, limit: i64) -> Result<Vec<Self>, DatabaseError> {
        read.newest_pending(limit).await
    }

    /// Nothing in Mastodon makes an approved person wait again.
    async fn back_again(_: &mut Read, log: i64) -> Result<(Vec<i64>, i64), DatabaseError> {
        Ok((Vec::new(), log))
    }
}

impl Waits for AppealRow {
    type Together = ();

    fn together(_: &[Self]) {}

    fn key(&self) -> i64 {
        self.id
    }

    fn mark(&self, into: &mut DefaultHasher) {
        self.id.hash(into);
    }

    async fn newest_key(read: &mut Read) -> Result<i64, DatabaseError> {
        read.newest_appeal().await
    }

    async fn above(read: &mut Read, key: i64, limit: i64) -> Result<Vec<Self>, DatabaseError> {
        read.appeals_above(key, limit).await
    }

    async fn among(read: &mut Read, keys: &[i64]) -> Result<Vec<Self>, DatabaseError> {
        read.appeals_among(keys).await
    }

    async fn newest(read: &mut Read, limit: i64) -> Result<Vec<Self>, DatabaseError> {
        read.newest_appeals(limit).await
    }

    /// What was decided about an appeal is final (`app/models/appeal.rb`).
    async fn back_again(_: &mut Read, log: i64) -> Result<(Vec<i64>, i64), DatabaseError> {
        Ok((Vec::new(), log))
    }
}

/// A mark of some that wait: another one says that they are not the same any more.
fn mark<'a, T: Waits>(rows: impl IntoIterator<Item = &'a T>) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.into_iter().for_each(|row| row.mark(&mut hasher));
    hasher.finish()
}

/// Rows, and what is found out of them together: once, when it is first asked for, for as long as they stay the same.
#[derive(Debug)]
pub struct Rows<T: Waits> {
    /// Oldest first.
    rows: Vec<T>,
    together: OnceLock<T::Together>,
}

impl<T: Waits> Rows<T> {
    fn of(rows: Vec<T>) -> Self {
        Self { rows, together: OnceLock::new() }
    }

    pub fn together(&self) -> &T::Together {
        self.together.get_or_init(|| T::together(&self.rows))
    }
}

impl<T: Waits> Deref for Rows<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

/// What waits on one instance.
pub struct List<T: Waits> {
    shown: RwLock<Arc<Snapshot<T>>>,
    state: tokio::sync::Mutex<State<T>>,
    /// The mark of what is shown.
    changed: watch::Sender<u64>,
}

/// The list at one moment.
pub struct Snapshot<T: Waits> {
    pub rows: Arc<Rows<T>>,
    /// When it was last equal to the table, as far as keys can tell; `None` before it was filled.
    pub at: Option<Timestamp>,
    /// There are more than it holds.
    pub cut: bool,
    /// What the last reconciliation found that keys had missed, since the start.
    pub missed: u64,
    /// Why it could not be refreshed; `None` while all is well.
    pub trouble: Option<String>,
}

struct State<T> {
    known: BTreeMap<i64, T>,
    newest: i64,
    newest_log: i64,
    reconciled: Option<Timestamp>,
    refreshed: Option<Timestamp>,
    cut: bool,
    missed: u64,
    /// Where the next slice of known entries begins.
    slice_from: i64,
}

impl<T: Waits> Default for List<T> {
    fn default() -> Self {
        let empty = Snapshot { rows: Arc::new(Rows::of(Vec::new())), at: None, cut: false, missed: 0, trouble: None };
        let state = State {
            known: BTreeMap::new(),
            newest: 0,
            newest_log: 0,
            reconciled: None,
            refreshed: None,
            cut: false,
            missed: 0,
            slice_from: 0,
        };
        let (changed, _) = watch::channel(0);
        Self { shown: RwLock::new(Arc::new(empty)), state: tokio::sync::Mutex::new(state), changed }
    }
}

impl<T: Waits> List<T> {
    pub fn snapshot(&self) -> Arc<Snapshot<T>> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells whoever holds it that the list is another one than before, however many hold it.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The mark of what is shown: another one says that it is not the same any more.
    pub fn mark(&self) -> u64 {
        *self.changed.borrow()
    }

    /// Brings the list up to date: by keys, and by a full scan where the last is a minute old.
    pub async fn refresh(&self, database: &Database, now: Timestamp) {
        let mut state = self.state.lock().await;
        let due = state.reconciled.is_none_or(|at| now.since(at) >= MINUTE);
        let result = if due { reconcile(&mut state, database, now).await } else { follow(&mut state, database).await };
        let trouble = result.err().map(|error| error.to_string());
        if trouble.is_none() {
            state.refreshed = Some(now);
        }
        let former = self.snapshot();
        let same = former.rows.iter().eq(state.known.values());
        let rows = if same { former.rows.clone() } else { Arc::new(Rows::of(state.known.values().cloned().collect())) };
        let snapshot = Snapshot { rows, at: state.refreshed, cut: state.cut, missed: state.missed, trouble };
        let mark = mark(snapshot.rows.iter());
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        self.changed.send_if_modified(|former| std::mem::replace(former, mark) != mark);
    }
}

/// By keys: new ones, known ones, and those that Mastodon's log says wait again.
async fn follow<T: Waits>(state: &mut State<T>, database: &Database) -> Result<(), DatabaseError> {
    let mut read = database.read().await?;
    let newest = T::newest_key(&mut read).await?.max(state.newest);
    let (again, newest_log) = T::back_again(&mut read, state.newest_log - OVERLAP).await?;
    let mut found = T::above(&mut read, state.newest - OVERLAP, MOST + 1).await?;
    // More came at once than it holds: it holds the newest.
    if i64::try_from(found.len()).unwrap_or(i64::MAX) > MOST {
        found = T::newest(&mut read, MOST + 1).await?;
    }

    let keys: Vec<i64> = if state.known.len() <= SLICE {
        state.known.keys().copied().collect()
    } else {
        let slice: Vec<i64> = state.known.range(state.slice_from..).map(|(key, _)| *key).take(SLICE).collect();
        state.slice_from = slice.last().filter(|_| slice.len() == SLICE).map_or(0, |last| last + 1);
        slice
    };
    let mut asked: Vec<i64> = keys.clone();
    asked.extend(again.iter().filter(|key| !state.known.contains_key(key)));
    asked.sort_unstable();
    asked.dedup();
    let waiting = T::among(&mut read, &asked).await?;
    for key in keys {
        state.known.remove(&key);
    }
    found.extend(waiting);
    state.known.extend(found.into_iter().map(|row| (row.key(), row)));
    state.newest = newest;
    state.newest_log = newest_log.max(state.newest_log);
    trim(state);
    Ok(())
}

/// By a full scan, counting what keys had missed.
async fn reconcile<T: Waits>(state: &mut State<T>, database: &Database, now: Timestamp) -> Result<(), DatabaseError> {
    let filled = state.reconciled.is_some();
    if filled {
        follow(state, database).await?;
    }
    let mut read = database.read().await?;
    let newest = T::newest_key(&mut read).await?;
    let (_, newest_log) = T::back_again(&mut read, i64::MAX).await?;
    let waiting = T::newest(&mut read, MOST + 1).await?;
    let cut = i64::try_from(waiting.len()).unwrap_or(i64::MAX) > MOST;
    let table: BTreeMap<i64, T> = waiting.into_iter().map(|row| (row.key(), row)).collect();
    if filled {
        let missed = table.keys().filter(|key| !state.known.contains_key(key)).count()
            + state.known.keys().filter(|key| !table.contains_key(key)).count();
        state.missed += u64::try_from(missed).unwrap_or(0);
    }
    state.known = table;
    state.cut = cut;
    state.newest = newest.max(state.newest);
    state.newest_log = newest_log.max(state.newest_log);
    state.reconciled = Some(now);
    trim(state);
    Ok(())
}

fn trim<T>(state: &mut State<T>) {
    while i64::try_from(state.known.len()).unwrap_or(i64::MAX) > MOST {
        state.known.pop_first();
        state.cut = true;
    }
}

/// People who wait for a decision about their sign-up, with a confirmed address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub number: usize,
    /// There are more than are known.
    pub more: bool,
    /// Since when the oldest waits, where that is known.
    pub oldest: Option<Timestamp>,
}

impl Waiting {
    /// “57”, “50,000+”
    pub fn said(&self) -> String {
        text::at_least(self.number, self.more)
    }
}
