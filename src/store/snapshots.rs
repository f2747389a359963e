//! What an instance was when it was last looked at, and whose turn it is to look.
//!
//! A part of an instance (its settings, its rules about servers) is one row: a keyed hash of the whole, which says cheaply
//! that nothing changed, and the sealed rows, which say what did.

use super::{Store, on};
use crate::{clock::Instant, id::InstanceName, seal::Keys};

/// A part as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whatever differs from it was changed after this.
    pub taken_at: Instant,
    pub number: i64,
    pub hash: String,
}

fn fail(error: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Encode(error.to_string().into())
}

/// Takes the turn to look at an instance, if it is time: one process gets it.
pub async fn claim(store: &Store, instance: &InstanceName, now: Instant, next: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "insert into snapshot_turns (instance, due_at) values ($1, $3) \
        on conflict (instance) do update set due_at = excluded.due_at where snapshot_turns.due_at <= $2";
    let claimed = on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(now.0).bind(next.0).execute(pool).await?.rows_affected());
    Ok(claimed == 1)
}

/// Says when the next turn is due, where this one came to nothing.
pub async fn due(store: &Store, instance: &InstanceName, at: Instant) -> sqlx::Result<()> {
    const SQL: &str = "update snapshot_turns set due_at = $2 where instance = $1";
    on!(store, pool => sqlx::query(SQL).bind(instance.as_str()).bind(at.0).execute(pool).await.map(|_| ()))
}

/// A part as it was kept, without its rows.
pub async fn read(store: &Store, instance: &InstanceName, part: &str) -> sqlx::Result<Option<Kept>> {
    const SQL: &str = "select taken_at, number, hash from snapshots where instance = $1 and part = $2";
    let row: Option<(i64, i64, String)> =
        on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).bind(part).fetch_optional(pool).await?);
    Ok(row.map(|(taken_at, number, hash)| Kept { taken_at: Instant(taken_at), number, hash }))
}

fn owner(instance: &InstanceName, part: &str) -> String {
    format!("{instance} {part}")
}

/// The rows of a part, opened; `None` where they were too many to keep.
pub async fn rows(store: &Store, keys: &Keys, instance: &InstanceName, part: &str) -> sqlx::Result<Option<String>> {
    const SQL: &str = "select sealed from snapshots where instance = $1 and part = $2";
    let sealed: Option<Option<String>> =
        on!(store, pool => sqlx::query_scalar(SQL).bind(instance.as_str()).bind(part).fetch_optional(pool).await?);
    match sealed.flatten() {
        None => Ok(None),
        Some(sealed) => keys
            .open_text("snapshot", &owner(instance, part), &sealed)
            .map(Some)
            .ok_or_else(|| sqlx::Error::Decode("a snapshot does not open; is `secret_key` the right one?".into())),
    }
}

/// Keeps a part with its rows, in the place of the one of that moment; false if another process was quicker.
pub async fn keep(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    part: &str,
    before: Option<Instant>,
    kept: &Kept,
    rows: Option<&str>,
) -> sqlx::Result<bool> {
    const INSERT: &str = "insert into snapshots (instance, part, taken_at, number, hash, sealed) \
        values ($1, $2, $3, $4, $5, $6) on conflict (instance, part) do nothing";
    const REPLACE: &str = "update snapshots set taken_at = $3, number = $4, hash = $5, sealed = $6 \
        where instance = $1 and part = $2 and taken_at = $7";
    let sealed = rows.map(|rows| keys.seal_text("snapshot", &owner(instance, part), rows)).transpose().map_err(fail)?;
    let written = on!(store, pool => {
        let query = sqlx::query(if before.is_some() { REPLACE } else { INSERT })
            .bind(instance.as_str()).bind(part).bind(kept.taken_at.0).bind(kept.number).bind(&kept.hash).bind(&sealed);
        match before {
            Some(before) => query.bind(before.0).execute(pool).await?.rows_affected(),
            None => query.execute(pool).await?.rows_affected(),
        }
    });
    Ok(written == 1)
}

/// Says that a part was looked at and is as it was.
pub async fn same(store: &Store, instance: &InstanceName, part: &str, taken_at: Instant) -> sqlx::Result<()> {
    const SQL: &str = "update snapshots set taken_at = $3 where instance = $1 and part = $2 and taken_at < $3";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(part).bind(taken_at.0).execute(pool).await.map(|_| ()))
}

/// Parts that have more rows than are kept: name and number.
pub async fn too_large(store: &Store, instance: &InstanceName) -> sqlx::Result<Vec<(String, i64)>> {
    const SQL: &str = "select part, number from snapshots where instance = $1 and sealed is null order by part";
    on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_all(pool).await)
}
