//! A deed of the console's own writes only while it is open, under the lease it was opened with: what another process has
//! closed meanwhile, because this one stood still, is not written any more.
//!
//! Each transaction of such a deed begins by locking the row of its lease. Whoever wants to claim the deed comes after it, and
//! so reads what it wrote. Beside that it looks for what somebody else has made to run on the tables it may write, under a lock
//! that a `create trigger` waits for.

use super::{Driver, Store, foreign::ON_POSTGRES, foreign::ON_SQLITE};
use std::sync::Arc;

/// Which deed something is written for.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    /// The entry of its intent.
    pub intent: i64,
    pub lease: Arc<str>,
}

/// Why a deed wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum Withheld {
    #[error("entry {0} was closed by another process, or is about to be")]
    Closed(i64),
    #[error("{0}")]
    Foreign(String),
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

/// Locks the lease of a deed until the end of the transaction, where it is still the one.
pub(super) const STILL_OPEN: &str =
    "update open_deeds set lease = lease where intent = $1 and lease = $2 returning intent";

/// What the console's deeds on its own store write (PostgreSQL: for as long as somebody may write a table, a `create trigger`,
/// a rule, a policy or a new column waits).
const LOCK: &str = "lock table operators, recovery_codes, web_sessions, grants, grant_roles, linked_accounts, left_tokens, \
    setup_links, reset_links, case_holds, account_notes, access_requests in row exclusive mode";
/// On SQLite whoever writes is alone.
const ALONE: &str = "select 1";

/// Begins a transaction of one that writes; under a fence, only if its deed is still open.
macro_rules! begin {
    ($store:expr, $pool:expr) => {{
        let mut tx = $pool.begin().await?;
        if let Some(fence) = &$store.fence {
            let open: Option<i64> = sqlx::query_scalar($crate::store::fence::STILL_OPEN)
                .bind(fence.intent)
                .bind(&*fence.lease)
                .fetch_optional(&mut *tx)
                .await?;
            open.ok_or($crate::store::fence::Withheld::Closed(fence.intent))?;
            let (lock, running) = $store.driver.guard();
            sqlx::query(lock).execute(&mut *tx).await?;
            let running: Vec<$crate::store::foreign::Running> = sqlx::query_as(running).fetch_all(&mut *tx).await?;
            if let Some(what) = $store.driver.foreign(&running) {
                return Err($crate::store::fence::Withheld::Foreign(what).into());
            }
        }
        tx
    }};
}
pub(super) use begin;

impl Driver {
    /// What keeps triggers from being made meanwhile, and what reads those that are there.
    pub(super) fn guard(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) => (ALONE, ON_SQLITE),
            Self::Postgres(_) => (LOCK, ON_POSTGRES),
        }
    }
}

impl Store {
    /// The store for one deed: what is written through it is written only while the deed is open under this lease.
    pub(crate) fn under(&self, intent: i64, lease: &Arc<str>) -> Self {
        Self { fence: Some(Fence { intent, lease: lease.clone() }), ..self.clone() }
    }
}
