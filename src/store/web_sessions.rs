//! Sessions: only a hash of the token is stored, and the person is a column, so that ending all is one delete.

use super::{Store, on};
use crate::{
    clock::{Instant, MINUTE},
    id::OperatorId,
};
use sha2::{Digest, Sha256};

/// A stored session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSession {
    pub data: String,
    pub seen_at: Instant,
    pub absolute_until: Instant,
}

/// What a session's token is kept as.
pub fn hash(token: &str) -> String {
    crate::seal::hex(&Sha256::digest(token.as_bytes()))
}

/// Stores a session; a known one keeps its beginning and its end.
pub async fn save(
    store: &Store,
    hash: &str,
    operator: Option<&OperatorId>,
    data: &str,
    now: Instant,
    absolute_until: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into web_sessions (id_hash, operator, data, created_at, seen_at, absolute_until) \
        values ($1, $2, $3, $4, $4, $5) \
        on conflict (id_hash) do update set operator = excluded.operator, data = excluded.data, seen_at = excluded.seen_at";
    on!(store, pool => sqlx::query(SQL)
        .bind(hash).bind(operator.map(|id| &id.0)).bind(data).bind(now.0).bind(absolute_until.0)
        .execute(pool).await.map(|_| ()))
}

/// Changes a session that is still there; one that was ended meanwhile stays ended.
pub async fn update(
    store: &Store,
    hash: &str,
    operator: Option<&OperatorId>,
    data: &str,
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "update web_sessions set operator = $2, data = $3, seen_at = $4 where id_hash = $1";
    let changed = on!(store, pool => sqlx::query(SQL)
        .bind(hash).bind(operator.map(|id| &id.0)).bind(data).bind(now.0).execute(pool).await?.rows_affected());
    Ok(changed == 1)
}

pub async fn load(store: &Store, hash: &str) -> sqlx::Result<Option<WebSession>> {
    const SQL: &str = "select data, seen_at, absolute_until from web_sessions where id_hash = $1";
    let row: Option<(String, i64, i64)> =
        on!(store, pool => sqlx::query_as(SQL).bind(hash).fetch_optional(pool).await?);
    Ok(row.map(|(data, seen_at, absolute_until)| WebSession {
        data,
        seen_at: Instant(seen_at),
        absolute_until: Instant(absolute_until),
    }))
}

/// Remembers that it was used: at most once a minute, not with every page.
pub async fn touch(store: &Store, hash: &str, now: Instant) -> sqlx::Result<()> {
    let session = load(store, hash).await?;
    if session.is_some_and(|session| now.since(session.seen_at) >= MINUTE) {
        const SQL: &str = "update web_sessions set seen_at = $2 where id_hash = $1";
        on!(store, pool => sqlx::query(SQL).bind(hash).bind(now.0).execute(pool).await?.rows_affected());
    }
    Ok(())
}

pub async fn delete(store: &Store, hash: &str) -> sqlx::Result<()> {
    on!(store, pool => sqlx::query("delete from web_sessions where id_hash = $1").bind(hash).execute(pool).await.map(|_| ()))
}

/// Ends every session of a person; how many there were.
pub async fn delete_all_of(store: &Store, operator: &OperatorId) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from web_sessions where operator = $1")
        .bind(&operator.0).execute(pool).await.map(|done| done.rows_affected()))
}

/// One session of a list: the beginning of its hash, when it began, when it was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub operator: String,
    pub short: String,
    pub began_at: Instant,
    pub seen_at: Instant,
}

/// How much of a hash tells sessions apart.
const SHORT: usize = 16;

/// Sessions that can still be used, the last used first: not idle since `idle`, not over at `now`.
pub async fn list(store: &Store, idle: Instant, now: Instant) -> sqlx::Result<Vec<Listed>> {
    const SQL: &str = "select operator, id_hash, created_at, seen_at from web_sessions \
        where operator is not null and seen_at > $1 and absolute_until > $2 order by seen_at desc, id_hash limit 1000";
    let rows: Vec<(String, String, i64, i64)> =
        on!(store, pool => sqlx::query_as(SQL).bind(idle.0).bind(now.0).fetch_all(pool).await?);
    Ok(rows
        .into_iter()
        .map(|(operator, hash, began, seen)| Listed {
            operator,
            short: hash.chars().take(SHORT).collect(),
            began_at: Instant(began),
            seen_at: Instant(seen),
        })
        .collect())
}

/// Ends one session of a person, by the beginning of its hash.
pub async fn delete_one_of(store: &Store, operator: &OperatorId, short: &str) -> sqlx::Result<u64> {
    const SQL: &str = "delete from web_sessions where operator = $1 and substr(id_hash, 1, 16) = $2";
    on!(store, pool => sqlx::query(SQL).bind(&operator.0).bind(short).execute(pool).await.map(|done| done.rows_affected()))
}

/// Sessions by person: how many, and when the last was used.
pub async fn summary(store: &Store) -> sqlx::Result<Vec<(String, i64, Instant)>> {
    const SQL: &str = "select operator, count(*), max(seen_at) from web_sessions where operator is not null \
        group by operator order by operator";
    let rows: Vec<(String, i64, i64)> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    Ok(rows.into_iter().map(|(operator, sessions, seen)| (operator, sessions, Instant(seen))).collect())
}

/// Forgets sessions that are long over. They are kept a day, so that a form posted after the end still finds its writer.
pub async fn delete_expired(store: &Store, before: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "delete from web_sessions where absolute_until < $1 or seen_at < $1";
    on!(store, pool => sqlx::query(SQL).bind(before.0).execute(pool).await.map(|done| done.rows_affected()))
}
