//! Failed attempts, counted by keyed hash: they slow down, and are forgotten after a quarter of an hour without one.

use super::{Store, on};
use crate::clock::{Instant, MINUTE};

/// Failures are forgotten after so long without a new one: nobody is locked out for good.
const FORGOTTEN_AFTER: i64 = 15 * MINUTE;

/// Counts one more failure; how many there are now.
pub async fn record_failure(store: &Store, key: &str, now: Instant) -> sqlx::Result<i64> {
    const SQL: &str = "insert into attempts (key_hash, failures, first_at, last_at) values ($1, 1, $2, $2) \
        on conflict (key_hash) do update set \
        failures = case when attempts.last_at < $3 then 1 else attempts.failures + 1 end, \
        first_at = case when attempts.last_at < $3 then $2 else attempts.first_at end, \
        last_at = $2 returning failures";
    on!(store, pool => sqlx::query_scalar(SQL)
        .bind(key).bind(now.0).bind(now.plus(-FORGOTTEN_AFTER).0).fetch_one(pool).await)
}

/// How many failures count now, and when the last one was.
pub async fn failures(store: &Store, key: &str, now: Instant) -> sqlx::Result<(i64, Instant)> {
    const SQL: &str = "select failures, last_at from attempts where key_hash = $1 and last_at >= $2";
    let row: Option<(i64, i64)> = on!(store, pool => sqlx::query_as(SQL)
        .bind(key).bind(now.plus(-FORGOTTEN_AFTER).0).fetch_optional(pool).await?);
    Ok(row.map_or((0, Instant(0)), |(failures, last)| (failures, Instant(last))))
}

/// Takes one of `most` places that a window of time has, before the work they limit; false if none is left. A window begins
/// with the first place taken in it.
pub async fn reserve(store: &Store, key: &str, window: i64, most: i64, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "insert into budgets (key_hash, used, ends_at) values ($1, 1, $2) \
        on conflict (key_hash) do update set \
        used = case when budgets.ends_at <= $3 then 1 else budgets.used + 1 end, \
        ends_at = case when budgets.ends_at <= $3 then $2 else budgets.ends_at end \
        where budgets.ends_at <= $3 or budgets.used < $4 returning used";
    let taken: Option<i64> = on!(store, pool => sqlx::query_scalar(SQL)
        .bind(key).bind(now.plus(window).0).bind(now.0).bind(most).fetch_optional(pool).await?);
    Ok(taken.is_some())
}

pub async fn clear(store: &Store, key: &str) -> sqlx::Result<()> {
    on!(store, pool => sqlx::query("delete from attempts where key_hash = $1").bind(key).execute(pool).await.map(|_| ()))
}

pub async fn delete_expired(store: &Store, now: Instant) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from budgets where ends_at <= $1").bind(now.0).execute(pool).await?.rows_affected());
    on!(store, pool => sqlx::query("delete from attempts where last_at < $1")
        .bind(now.plus(-FORGOTTEN_AFTER).0).execute(pool).await.map(|done| done.rows_affected()))
}
