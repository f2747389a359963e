//! Outcomes that whoever acted has not been told: their action was not confirmed yet when they were answered. What came of it is
//! in the audit log, and only there; a row says no more than that somebody has yet to see it, and gives nobody a right.

use super::{Store, on};
use crate::{
    clock::{DAY, Timestamp},
    id::OperatorId,
};

/// What nobody has looked at for so long is in the audit log alone.
pub const KEPT: i64 = 30 * DAY;

/// Remembers that somebody is to be told what comes of the action of this entry.
pub async fn keep(store: &Store, entry: i64, operator: &OperatorId, now: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "insert into untold (entry, operator, since) values ($1, $2, $3) on conflict (entry) do nothing";
    on!(store, pool => sqlx::query(SQL).bind(entry).bind(&operator.0).bind(now.0).execute(pool).await.map(drop))
}

/// The entries that somebody is to be told of, newest first.
pub async fn of(store: &Store, operator: &OperatorId, limit: i64) -> sqlx::Result<Vec<i64>> {
    const SQL: &str = "select entry from untold where operator = $1 order by entry desc limit $2";
    on!(store, pool => sqlx::query_scalar(SQL).bind(&operator.0).bind(limit).fetch_all(pool).await)
}

/// The newest of them that is not open any more.
pub async fn newest(store: &Store, operator: &OperatorId) -> sqlx::Result<Option<i64>> {
    const SQL: &str = "select max(entry) from untold where operator = $1 and not exists \
        (select 1 from open_deeds where open_deeds.intent = untold.entry)";
    on!(store, pool => sqlx::query_scalar(SQL).bind(&operator.0).fetch_one(pool).await)
}

/// Somebody has seen what came of it.
pub async fn told(store: &Store, entry: i64, operator: &OperatorId) -> sqlx::Result<bool> {
    const SQL: &str = "delete from untold where entry = $1 and operator = $2";
    let gone = on!(store, pool => sqlx::query(SQL).bind(entry).bind(&operator.0).execute(pool).await?.rows_affected());
    Ok(gone == 1)
}

/// Forgets those that nobody has looked at since.
pub async fn forget_old(store: &Store, before: Timestamp) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from untold where since < $1")
        .bind(before.0).execute(pool).await.map(|done| done.rows_affected()))
}
