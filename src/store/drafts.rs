//! Forms that were not carried out, and things shown once: sealed, for one person, for an hour.

use super::{Store, on};
use crate::{
    clock::{HOUR, Instant},
    id::OperatorId,
    seal::{Keys, hex},
};

/// A draft, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The door it was for.
    pub path: String,
    pub text: String,
}

fn fail(error: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Encode(error.to_string().into())
}

/// Keeps a text under a new id that nobody can guess. `None` for somebody whose session was not known.
pub async fn keep(
    store: &Store,
    keys: &Keys,
    operator: Option<&OperatorId>,
    path: &str,
    text: &str,
    now: Instant,
) -> sqlx::Result<String> {
    keep_for(store, keys, operator, path, text, now, HOUR).await
}

/// The same for as long as is said.
pub async fn keep_for(
    store: &Store,
    keys: &Keys,
    operator: Option<&OperatorId>,
    path: &str,
    text: &str,
    now: Instant,
    lasting: i64,
) -> sqlx::Result<String> {
    const SQL: &str = "insert into drafts (id, operator, path, sealed, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6)";
    let id = hex(&rand::random::<[u8; 16]>());
    let sealed = keys.seal_text("draft", &id, text).map_err(fail)?;
    // The id itself is not in the store: who reads the store cannot open what waits for somebody else.
    let stored = keys.hash("draft id", id.as_bytes());
    on!(store, pool => sqlx::query(SQL)
        .bind(&stored).bind(operator.map(|id| &id.0)).bind(path).bind(&sealed).bind(now.0).bind(now.plus(lasting).0)
        .execute(pool).await?.rows_affected());
    Ok(id)
}

type Row = (Option<String>, String, String);

fn opened(keys: &Keys, id: &str, operator: Option<&OperatorId>, row: Option<Row>) -> Option<Draft> {
    let (owner, path, sealed) = row?;
    // A draft of nobody known opens for whoever has its address.
    if owner.is_some() && owner.as_deref() != operator.map(|id| id.0.as_str()) {
        return None;
    }
    keys.open_text("draft", id, &sealed).map(|text| Draft { path, text })
}

/// Reads a draft of this person's, and leaves it.
pub async fn read(
    store: &Store,
    keys: &Keys,
    id: &str,
    operator: Option<&OperatorId>,
    now: Instant,
) -> sqlx::Result<Option<Draft>> {
    const SQL: &str = "select operator, path, sealed from drafts where id = $1 and expires_at > $2";
    let stored = keys.hash("draft id", id.as_bytes());
    let row: Option<Row> =
        on!(store, pool => sqlx::query_as(SQL).bind(&stored).bind(now.0).fetch_optional(pool).await?);
    Ok(opened(keys, id, operator, row))
}

/// Takes a draft out: some exactly once, and only for its person.
pub async fn take(
    store: &Store,
    keys: &Keys,
    id: &str,
    operator: Option<&OperatorId>,
    now: Instant,
) -> sqlx::Result<Option<Draft>> {
    const SQL: &str = "delete from drafts where id = $1 and expires_at > $2 and (operator is null or operator = $3) \
        returning operator, path, sealed";
    let stored = keys.hash("draft id", id.as_bytes());
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL)
        .bind(&stored).bind(now.0).bind(operator.map(|id| &id.0)).fetch_optional(pool).await?);
    Ok(opened(keys, id, operator, row))
}

pub async fn delete_expired(store: &Store, now: Instant) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from drafts where expires_at <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}
