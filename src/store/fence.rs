//! A deed of the console's own writes only while it is open, under the lease it was opened with: what another process has
//! closed meanwhile, because this one stood still, is not written any more.
//!
//! The transaction of such a deed begins by locking the tables it may write, which a `create trigger` waits for, and looks for what
//! was made to run on them before it writes anything. Then it locks the row of its lease: whoever wants to claim the deed comes
//! after it, and so reads what it wrote. The row comes last, so that it is not held while somebody else's work on a table is
//! waited for.
//!
//! What no lock of ours keeps still (the names of schemas, functions) is compared once more before the transaction counts.
//!
//! A deed writes in one transaction: it is done whole or not at all. A second one is refused.

use super::{
    Driver, Store,
    foreign::{APART, BACK, MARKS_ON_POSTGRES, MARKS_ON_SQLITE, ON_POSTGRES, ON_SQLITE, STANDS_ON_POSTGRES},
    on,
};
use sqlx::{Database, Postgres, Sqlite};
use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

/// Which deed something is written for.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    /// The entry of its intent.
    pub intent: i64,
    pub lease: Arc<str>,
    /// Whether its transaction came past the fence: from then on something may have been written.
    pub passed: Arc<AtomicBool>,
}

/// A deed that began to write once more. What it wrote before stands, and nothing else of it.
#[derive(Debug, thiserror::Error)]
#[error("entry {0}: a deed writes in one transaction, and began another one")]
pub(super) struct Twice(i64);

/// Why a deed wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum Withheld {
    #[error("entry {0} was closed by another process, or is about to be")]
    Closed(i64),
    #[error("{0}")]
    Foreign(String),
    #[error("the names of schemas, tables or functions were changed while it was written")]
    Turned,
}

impl Withheld {
    /// What an error of the store says of that, if anything.
    pub fn of(error: &sqlx::Error) -> Option<&Self> {
        match error {
            sqlx::Error::AnyDriverError(error) => error.downcast_ref(),
            _ => None,
        }
    }
}

impl From<Withheld> for sqlx::Error {
    fn from(withheld: Withheld) -> Self {
        Self::AnyDriverError(Box::new(withheld))
    }
}

impl From<Twice> for sqlx::Error {
    fn from(twice: Twice) -> Self {
        Self::AnyDriverError(Box::new(twice))
    }
}

/// Locks the lease of a deed until the end of the transaction, where it is still the one.
pub(super) const STILL_OPEN: &str =
    "update open_deeds set lease = lease where intent = $1 and lease = $2 returning intent";

/// What the console's deeds on its own store write (PostgreSQL: for as long as somebody may write a table, a `create trigger`,
/// a rule, a policy or a new column waits). Who holds a table for long, to rebuild it or to copy it, is not waited for without
/// end: the time also bounds every later lock of the transaction.
const LOCK: &str = "set local lock_timeout = '5s'; lock table operators, recovery_codes, web_sessions, grants, grant_roles, linked_accounts, left_tokens, \
    setup_links, reset_links, case_holds, account_notes, access_requests, alarms, policies, review_weeks, review_samples, open_deeds in row exclusive mode";
/// On SQLite whoever writes is alone, also where there is nothing to write.
const ALONE: &str = "update open_deeds set lease = lease where false";
/// How long a lock is waited for that a commit may still hold whose answer was lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// Begins a transaction of one that writes; under a fence, only if its deed is still open.
macro_rules! begin {
    ($store:expr, $pool:expr) => {{
        let mut tx = $crate::store::fence::Fenced::of($pool.begin().await?);
        if let Some(fence) = &$store.fence {
            let (marks, running) = $store.driver.looks();
            // Several statements at once, which a prepared one cannot be.
            sqlx::raw_sql(sqlx::AssertSqlSafe($store.driver.lock())).execute(&mut *tx).await?;
            let marks: String = sqlx::query_scalar(marks).fetch_one(&mut *tx).await?;
            tx.looked(&marks, fence);
            if !$store.is_clean(&marks) {
                let running: Vec<$crate::store::foreign::Running> = sqlx::query_as(running).fetch_all(&mut *tx).await?;
                if let Some(what) = $store.odd(marks, &running) {
                    return Err($crate::store::fence::Withheld::Foreign(what).into());
                }
            }
            if let Some(back) = $store.driver.back() {
                sqlx::query(back).execute(&mut *tx).await?;
            }
            let open: Option<i64> = sqlx::query_scalar($crate::store::fence::STILL_OPEN)
                .bind(fence.intent)
                .bind(&*fence.lease)
                .fetch_optional(&mut *tx)
                .await?;
            open.ok_or($crate::store::fence::Withheld::Closed(fence.intent))?;
            fence.pass()?;
        }
        tx
    }};
}
pub(super) use begin;

/// A transaction of one that writes. Under a fence it counts only where what runs in it stands as it did when it was looked at.
pub(super) struct Fenced<DB: Database> {
    tx: sqlx::Transaction<'static, DB>,
    looked: Option<(String, Fence)>,
}

impl<DB: Database> Fenced<DB> {
    pub fn of(tx: sqlx::Transaction<'static, DB>) -> Self {
        Self { tx, looked: None }
    }

    /// These marks were read first.
    pub fn looked(&mut self, marks: &str, fence: &Fence) {
        self.looked = Some((marks.to_owned(), fence.clone()));
    }

    pub async fn rollback(self) -> sqlx::Result<()> {
        self.tx.rollback().await
    }
}

impl Fenced<Sqlite> {
    /// Whoever writes is alone.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.tx.commit().await
    }
}

impl Fenced<Postgres> {
    pub async fn commit(self) -> sqlx::Result<()> {
        let Self { mut tx, looked } = self;
        if let Some((marks, fence)) = looked {
            sqlx::query(APART).execute(&mut *tx).await?;
            let stands: String = sqlx::query_scalar(STANDS_ON_POSTGRES.as_str()).fetch_one(&mut *tx).await?;
            if !marks.starts_with(&stands) {
                tx.rollback().await?;
                fence.passed.store(false, Ordering::Release);
                return Err(Withheld::Turned.into());
            }
        }
        tx.commit().await
    }
}

impl<DB: Database> Deref for Fenced<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.tx
    }
}

impl<DB: Database> DerefMut for Fenced<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.tx
    }
}

impl Fence {
    /// Lets one transaction through.
    pub fn pass(&self) -> Result<(), Twice> {
        if self.passed.swap(true, Ordering::AcqRel) { Err(Twice(self.intent)) } else { Ok(()) }
    }
}

impl Driver {
    /// What keeps triggers from being made meanwhile, and sets the path for the look.
    pub(super) fn lock(&self) -> String {
        match self {
            Self::Sqlite(_) => ALONE.to_owned(),
            Self::Postgres(_) => format!("{LOCK}; {APART}"),
        }
    }

    /// What sets the path back after the look, where it was set.
    pub(super) fn back(&self) -> Option<&'static str> {
        matches!(self, Self::Postgres(_)).then_some(BACK)
    }

    /// What reads the marks of all that was made in the database, and what reads it.
    pub(crate) fn looks(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) => (MARKS_ON_SQLITE, ON_SQLITE),
            Self::Postgres(_) => (MARKS_ON_POSTGRES.as_str(), ON_POSTGRES),
        }
    }
}

impl Store {
    /// The store for one deed: what is written through it is written only while the deed is open under this lease.
    pub(crate) fn under(&self, intent: i64, lease: &Arc<str>) -> Self {
        let fence = Fence { intent, lease: lease.clone(), passed: Arc::default() };
        Self { fence: Some(fence), ..self.clone() }
    }

    /// Whether the transaction of this deed came past the fence. If it did not, nothing was written.
    pub(crate) fn may_have_written(&self) -> bool {
        self.fence.as_ref().is_none_or(|fence| fence.passed.load(Ordering::Acquire))
    }

    /// Waits until nothing is being written for this deed any more: a commit whose answer was lost may still be under way.
    pub(crate) async fn come_to_rest(&self) -> sqlx::Result<()> {
        let Some(fence) = &self.fence else { return Ok(()) };
        let wait = async {
            on!(self, pool => sqlx::query(STILL_OPEN)
                .bind(fence.intent).bind(&*fence.lease).execute(pool).await.map(|_| ()))
        };
        timeout(PATIENCE, wait).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }
}
