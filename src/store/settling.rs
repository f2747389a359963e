//! Changes of who may sign up that the instance's caches are not yet seen to agree with: kept until they are, across restarts.

use super::{
    Store,
    claims::{Tries, never},
    on,
};
use crate::{
    clock::{MINUTE, Timestamp},
    id::InstanceName,
    nouns::registrations::RegistrationsMode,
};

/// The last change on an instance, while it is not seen everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    pub instance: InstanceName,
    /// The entry of its intent.
    pub entry: i64,
    pub mode: RegistrationsMode,
    pub since: Timestamp,
    /// How often it was looked at since.
    pub tries: i64,
    pub next_at: Timestamp,
    /// When the caches last confirmed that they forgot.
    pub forgotten_at: Option<Timestamp>,
    /// Whether the record says that it is not seen everywhere.
    pub recorded: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    instance: String,
    entry: i64,
    mode: String,
    since: Timestamp,
    tries: i64,
    next_at: Timestamp,
    forgotten_at: Option<Timestamp>,
    recorded: i64,
}

fn row(row: Row) -> Option<Settling> {
    Some(Settling {
        instance: row.instance.parse().ok()?,
        entry: row.entry,
        mode: row.mode.parse().ok()?,
        since: row.since,
        tries: row.tries,
        next_at: row.next_at,
        forgotten_at: row.forgotten_at,
        recorded: row.recorded != 0,
    })
}

/// Remembers a change before it is made; the one before it on that instance is history.
///
/// # Errors
/// The store's.
pub async fn begin(
    store: &Store,
    instance: &InstanceName,
    entry: i64,
    mode: RegistrationsMode,
    now: Timestamp,
    next: Timestamp,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into settling (instance, entry, mode, since, tries, next_at, forgotten_at, recorded) \
        values ($1, $2, $3, $4, 0, $5, null, 0) on conflict (instance) do update set entry = excluded.entry, \
        mode = excluded.mode, since = excluded.since, tries = 0, next_at = excluded.next_at, forgotten_at = null, recorded = 0";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str())
        .bind(entry)
        .bind(mode.stored())
        .bind(now.0)
        .bind(next.0)
        .execute(pool).await.map(|_| ()))
}

/// What is not yet seen everywhere on an instance.
///
/// # Errors
/// The store's.
pub async fn of(store: &Store, instance: &InstanceName) -> sqlx::Result<Option<Settling>> {
    const SQL: &str = "select instance, entry, mode, since, tries, next_at, forgotten_at, recorded from settling \
        where instance = $1";
    let found: Option<Row> =
        on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_optional(pool).await?);
    Ok(found.and_then(row))
}

/// Nothing is put off for longer.
pub const LONGEST_PAUSE: i64 = MINUTE;

/// What is to be looked at now (one row an instance): also what was put off by a clock that has been set back since.
///
/// # Errors
/// The store's.
pub async fn due(store: &Store, now: Timestamp) -> sqlx::Result<Vec<Settling>> {
    const SQL: &str = "select instance, entry, mode, since, tries, next_at, forgotten_at, recorded from settling \
        where next_at <= $1 or next_at > $2 order by next_at";
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(never(now, LONGEST_PAUSE)).fetch_all(pool).await?);
    Ok(rows.into_iter().filter_map(row).collect())
}

const LOOKS: Tries =
    Tries { table: "settling", key: "instance || ' ' || cast(entry as text)", at: "next_at", untaken: "tries = $3" };

/// Claims one look: true for one process at a time. Nobody looks again before `next`.
///
/// # Errors
/// The store's.
pub async fn claim(store: &Store, settling: &Settling, next: Timestamp) -> sqlx::Result<bool> {
    LOOKS.take(store, &format!("{} {}", settling.instance, settling.entry), settling.tries, next).await
}

/// The caches confirmed that they forgot.
///
/// # Errors
/// The store's.
pub async fn forgotten(store: &Store, settling: &Settling, at: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "update settling set forgotten_at = $3 where instance = $1 and entry = $2";
    on!(store, pool => sqlx::query(SQL)
        .bind(settling.instance.as_str()).bind(settling.entry).bind(at.0).execute(pool).await.map(|_| ()))
}

/// The record says by now that it is not seen everywhere.
///
/// # Errors
/// The store's.
pub async fn recorded(store: &Store, instance: &InstanceName, entry: i64) -> sqlx::Result<()> {
    const SQL: &str = "update settling set recorded = 1 where instance = $1 and entry = $2";
    on!(store, pool => sqlx::query(SQL).bind(instance.as_str()).bind(entry).execute(pool).await.map(|_| ()))
}

/// It is seen everywhere, was not made, or is given up. True exactly once.
///
/// # Errors
/// The store's.
pub async fn end(store: &Store, instance: &InstanceName, entry: i64) -> sqlx::Result<bool> {
    const SQL: &str = "delete from settling where instance = $1 and entry = $2";
    let gone = on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(entry).execute(pool).await?.rows_affected());
    Ok(gone == 1)
}
