//! Sessions: only a hash of the token is stored, and the person is a column, so that ending all is one delete.
//!
//! A session is of the generation that its person had when they proved themselves. The generation rises with every change of
//! password, factor, role, link or access: a sign-in that was under way meanwhile begins a session that is over already.

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

/// Raises somebody's generation within the transaction that changes what they prove themselves with or may do: their
/// sessions and half sessions are over, but for the one to be kept, named by the beginning of its hash. Gives the new
/// generation.
macro_rules! raise_generation {
    ($tx:ident, $operator:expr, $keep:expr) => {{
        let (operator, keep): (&$crate::id::OperatorId, Option<&str>) = ($operator, $keep);
        // Nobody's is raised for somebody who is not there, and they have no sessions.
        let generation: Option<i64> =
            sqlx::query_scalar($crate::store::web_sessions::RAISE).bind(&operator.0).fetch_optional(&mut *$tx).await?;
        let generation = generation.unwrap_or_default();
        let keep = keep.unwrap_or_default();
        sqlx::query($crate::store::web_sessions::END_OTHERS).bind(&operator.0).bind(keep).execute(&mut *$tx).await?;
        sqlx::query($crate::store::web_sessions::TAKE_OVER)
            .bind(&operator.0)
            .bind(keep)
            .bind(generation)
            .execute(&mut *$tx)
            .await?;
        generation
    }};
}
pub(crate) use raise_generation;

pub(crate) const RAISE: &str = "update operators set generation = generation + 1 where id = $1 returning generation";
/// Also the one to be kept, if it was over already.
pub(crate) const END_OTHERS: &str = "delete from web_sessions where operator = $1 and (substr(id_hash, 1, 16) <> $2 \
    or generation <> (select o.generation - 1 from operators o where o.id = $1))";
pub(crate) const TAKE_OVER: &str =
    "update web_sessions set generation = $3 where operator = $1 and substr(id_hash, 1, 16) = $2";

/// Stores a session; a known one keeps its beginning, its end and its generation.
pub async fn save(
    store: &Store,
    hash: &str,
    operator: Option<(&OperatorId, i64)>,
    data: &str,
    now: Instant,
    absolute_until: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into web_sessions (id_hash, operator, generation, data, created_at, seen_at, absolute_until) \
        values ($1, $2, $3, $4, $5, $5, $6) \
        on conflict (id_hash) do update set operator = excluded.operator, data = excluded.data, seen_at = excluded.seen_at";
    on!(store, pool => sqlx::query(SQL)
        .bind(hash).bind(operator.map(|(id, _)| &id.0)).bind(operator.map_or(0, |(_, generation)| generation))
        .bind(data).bind(now.0).bind(absolute_until.0)
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

/// A session; `None` also for one of a generation that its person has left behind.
pub async fn load(store: &Store, hash: &str) -> sqlx::Result<Option<WebSession>> {
    const SQL: &str = "select data, seen_at, absolute_until from web_sessions s where id_hash = $1 and (operator is null \
        or exists (select 1 from operators o where o.id = s.operator and o.generation = s.generation))";
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

/// Ends every session of a person, half ones and those about to begin too, but for the one to be kept.
pub async fn end_all_of(store: &Store, operator: &OperatorId, keep: Option<&str>) -> sqlx::Result<()> {
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        raise_generation!(tx, operator, keep);
        tx.commit().await
    })
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
    const SQL: &str = "select s.operator, s.id_hash, s.created_at, s.seen_at from web_sessions s \
        join operators o on o.id = s.operator and o.generation = s.generation \
        where s.seen_at > $1 and s.absolute_until > $2 order by s.seen_at desc, s.id_hash limit 1000";
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

/// Remembers where a session began: the address, sealed, and the browser in a few words.
pub async fn remember_where(store: &Store, hash: &str, address: &str, browser: &str) -> sqlx::Result<()> {
    const SQL: &str = "update web_sessions set address = $2, browser = $3 where id_hash = $1";
    on!(store, pool => sqlx::query(SQL).bind(hash).bind(address).bind(browser).execute(pool).await.map(|_| ()))
}

/// One session of a person's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    pub hash: String,
    pub data: String,
    pub began_at: Instant,
    pub seen_at: Instant,
    /// Sealed; `None` for a sign-in that is not through.
    pub address: Option<String>,
    pub browser: Option<String>,
}

impl OwnSession {
    /// The beginning of its hash.
    pub fn short(&self) -> String {
        self.hash.chars().take(SHORT).collect()
    }
}

/// A person's sessions that can still be used and sign-ins that are not through, the last used first: not idle since `idle`,
/// not over at `now`.
pub async fn list_of(
    store: &Store,
    operator: &OperatorId,
    idle: Instant,
    now: Instant,
) -> sqlx::Result<Vec<OwnSession>> {
    const SQL: &str = "select s.id_hash, s.data, s.created_at, s.seen_at, s.address, s.browser from web_sessions s \
        join operators o on o.id = s.operator and o.generation = s.generation \
        where s.operator = $1 and s.seen_at > $2 and s.absolute_until > $3 order by s.seen_at desc, s.id_hash limit 100";
    type Row = (String, String, i64, i64, Option<String>, Option<String>);
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(idle.0).bind(now.0).fetch_all(pool).await?);
    Ok(rows
        .into_iter()
        .map(|(hash, data, began, seen, address, browser)| OwnSession {
            hash,
            data,
            began_at: Instant(began),
            seen_at: Instant(seen),
            address,
            browser,
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
