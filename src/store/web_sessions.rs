//! Sessions: only a hash of the token is stored, and the person is a column, so that ending all is one delete.
//!
//! A session is of the generation that its person had when they proved themselves. The generation rises with every change of
//! password, factor, role, link or access: a sign-in that was under way meanwhile begins a session that is over already.

use super::{
    Refusal, Store,
    fence::begin,
    mac::{self, Proof, Sealed, Undated, without_entry},
    on,
    operators::{held, seal_person},
    presence,
    transaction::unchanged,
};
use crate::{
    clock::{LARGEST_SKEW, MINUTE, Timestamp},
    id::OperatorId,
    seal::{Field, Keys},
};
use sha2::{Digest, Sha256};

/// A stored session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSession {
    pub data: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub absolute_until: Timestamp,
    pub generation: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id_hash: String,
    pub operator: Option<String>,
    pub generation: i64,
    data: String,
    created_at: i64,
    seen_at: i64,
    absolute_until: i64,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Undated for Row {}

/// When it was last used is no part of it: whoever changes that keeps a session alive to its absolute end at most. What makes it
/// current is its person's generation.
impl Sealed for Row {
    const TABLE: &'static str = "web_sessions";
    const WHAT: &'static str = "the session";

    fn called(&self) -> String {
        self.id_hash.chars().take(SHORT).collect()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id_hash).into(),
            (&self.operator).into(),
            self.generation.into(),
            (&self.data).into(),
            self.created_at.into(),
            self.absolute_until.into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// The columns of a session with its proof.
macro_rules! columns {
    () => {
        concat!("id_hash, operator, generation, data, created_at, seen_at, absolute_until, mac, ", without_entry!())
    };
}

const LOCK: &str = concat!("update web_sessions set mac = mac where id_hash = $1 returning ", columns!());
const SEAL: &str = "update web_sessions set mac = $2 where id_hash = $1";

/// Seals what a session is meant to be, within the transaction that writes it.
macro_rules! seal {
    ($store:ident, $tx:ident, $row:expr) => {{
        let row: &Row = $row;
        sqlx::query(SEAL).bind(&row.id_hash).bind(mac::mac(&$store.keys, row, 0)).execute(&mut *$tx).await?;
    }};
}

/// What a session's token is kept as.
pub fn hash(token: &str) -> String {
    crate::seal::hex(&Sha256::digest(token.as_bytes()))
}

/// Raises somebody's generation within the transaction that changes what they prove themselves with or may do: their
/// sessions and half sessions are over, but for the one to be kept, named by the beginning of its hash. Gives the new
/// generation.
macro_rules! raise_generation {
    ($known:ident, $tx:ident, $held:expr, $keep:expr) => {{
        let (held, keep): (&mut $crate::store::operators::Held, Option<&str>) = (&mut $held, $keep);
        let operator = &held.id.0;
        sqlx::query($crate::store::web_sessions::RAISE).bind(operator).execute(&mut *$tx).await?;
        held.row.generation += 1;
        let generation = held.row.generation;
        let keep = keep.unwrap_or_default();
        sqlx::query($crate::store::web_sessions::END_OTHERS).bind(operator).bind(keep).execute(&mut *$tx).await?;
        let kept: Vec<$crate::store::web_sessions::Row> = $known.store.read(
            sqlx::query_as($crate::store::web_sessions::KEPT).bind(operator).bind(keep).fetch_all(&mut *$tx).await?,
        );
        for mut row in kept {
            if $known.store.holds(&row, row.operator.as_deref() == Some(operator) && row.id_hash.starts_with(keep)) {
                row.generation = generation;
                sqlx::query($crate::store::web_sessions::TAKE_OVER)
                    .bind(&row.id_hash)
                    .bind(generation)
                    .bind($crate::store::mac::mac(&$known.store.keys, &row, 0))
                    .execute(&mut *$tx)
                    .await?;
            }
        }
        $crate::store::operators::seal_person!($known, $tx, *held);
        generation
    }};
}
pub(super) use raise_generation;

pub(super) const RAISE: &str = "update operators set generation = generation + 1 where id = $1";
/// Also the one to be kept, if it was over already.
pub(super) const END_OTHERS: &str = "delete from web_sessions where operator = $1 and (substr(id_hash, 1, 16) <> $2 \
    or generation <> (select o.generation - 1 from operators o where o.id = $1))";
/// The one that goes on, locked: what a request writes into it at the same moment must not be sealed over. Whatever else stands
/// there, for whatever reason, keeps its generation and is over.
pub(super) const KEPT: &str = concat!(
    "update web_sessions set mac = mac where operator = $1 and substr(id_hash, 1, 16) = $2 returning ",
    columns!()
);
pub(super) const TAKE_OVER: &str = "update web_sessions set generation = $2, mac = $3 where id_hash = $1";

/// Stores a session; a known one keeps its beginning, its end and its generation.
pub async fn save(
    store: &Store,
    hash: &str,
    operator: Option<(&OperatorId, i64)>,
    data: &str,
    now: Timestamp,
    absolute_until: Timestamp,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into web_sessions (id_hash, operator, generation, data, created_at, seen_at, absolute_until) \
        values ($1, $2, $3, $4, $5, $5, $6) \
        on conflict (id_hash) do update set operator = excluded.operator, data = excluded.data, seen_at = excluded.seen_at";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let known: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(hash).fetch_optional(&mut *tx).await?);
        let row = match known {
            Some(known) if !store.holds(&known, known.id_hash == hash) => unchanged!(tx, ()),
            Some(known) => Row { operator: operator.map(|(id, _)| id.0.clone()), data: data.to_owned(), ..known },
            None => Row {
                id_hash: hash.to_owned(),
                operator: operator.map(|(id, _)| id.0.clone()),
                generation: operator.map_or(0, |(_, generation)| generation),
                data: data.to_owned(),
                created_at: now.0,
                seen_at: now.0,
                absolute_until: absolute_until.0,
                proof: Proof::default(),
            },
        };
        sqlx::query(SQL)
            .bind(hash).bind(operator.map(|(id, _)| &id.0)).bind(operator.map_or(0, |(_, generation)| generation))
            .bind(data).bind(now.0).bind(absolute_until.0)
            .execute(&mut *tx).await?;
        seal!(store, tx, &row);
        tx.commit().await
    })
}

/// Changes a session that is still there; one that was ended meanwhile stays ended.
pub async fn update(
    store: &Store,
    hash: &str,
    operator: Option<&OperatorId>,
    data: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "update web_sessions set operator = $2, data = $3, seen_at = $4 where id_hash = $1";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(hash).fetch_optional(&mut *tx).await?);
        let Some(row) = row.filter(|row| store.holds(row, row.id_hash == hash)) else { unchanged!(tx, false) };
        let row = Row { operator: operator.map(|id| id.0.clone()), data: data.to_owned(), ..row };
        sqlx::query(SQL)
            .bind(hash).bind(operator.map(|id| &id.0)).bind(data).bind(now.0).execute(&mut *tx).await?;
        seal!(store, tx, &row);
        tx.commit().await?;
        Ok(true)
    })
}

/// A session; `None` also for one of a generation that its person has left behind.
pub async fn load(store: &Store, hash: &str) -> sqlx::Result<Option<WebSession>> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from web_sessions where id_hash = $1 and (operator is null or exists (select 1 from operators o \
         where o.id = web_sessions.operator and o.generation = web_sessions.generation))"
    );
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(hash).fetch_optional(pool).await?));
    Ok(row.filter(|row| store.holds(row, row.id_hash == hash)).map(|row| WebSession {
        data: row.data,
        created_at: Timestamp(row.created_at),
        seen_at: Timestamp(row.seen_at),
        absolute_until: Timestamp(row.absolute_until),
        generation: row.generation,
    }))
}

/// Remembers that it was used: at most once a minute, not with every page. The generation it is of; `None` where it is over.
/// Remembering is courtesy: a store that can be read and not written, as with a full disk, keeps nobody out.
pub async fn touch(store: &Store, hash: &str, now: Timestamp) -> sqlx::Result<Option<i64>> {
    let Some(session) = load(store, hash).await? else { return Ok(None) };
    if now.since(session.seen_at).abs() >= MINUTE {
        const SQL: &str = "update web_sessions set seen_at = $2 where id_hash = $1";
        let touched = on!(store, pool => sqlx::query(SQL).bind(hash).bind(now.0).execute(pool).await.map(drop));
        let remembered = presence::remember(store, hash, now).await;
        if let Err(error) = touched.and(remembered) {
            tracing::warn!(%error, "session.untouched");
        }
    }
    Ok(Some(session.generation))
}

pub async fn delete(store: &Store, hash: &str) -> sqlx::Result<()> {
    on!(store, pool => sqlx::query("delete from web_sessions where id_hash = $1").bind(hash).execute(pool).await.map(|_| ()))
}

/// Ends every session of a person, half ones and those about to begin too, but for the one to be kept; false where the person
/// is gone, or their row does not hold.
pub async fn end_all_of(store: &Store, operator: &OperatorId, keep: Option<&str>) -> sqlx::Result<bool> {
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, false) };
        raise_generation!(known, tx, held, keep);
        tx.commit().await?;
        Ok(true)
    })
}

/// One session of a list: the beginning of its hash, when it began, when it was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub operator: String,
    pub data: String,
    pub short: String,
    pub began_at: Timestamp,
    pub seen_at: Timestamp,
}

/// How much of a hash tells sessions apart.
const SHORT: usize = 16;

/// Sessions that can still be used, the last used first: not idle since `idle`, not over at `now`.
pub async fn list(store: &Store, idle: Timestamp, now: Timestamp) -> sqlx::Result<Vec<Listed>> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from web_sessions where seen_at > $1 and absolute_until > $2 and created_at <= $3 and exists (select 1 from operators o \
         where o.id = web_sessions.operator and o.generation = web_sessions.generation) \
         order by seen_at desc, id_hash limit 1000"
    );
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(idle.0).bind(now.0).bind(now.plus(LARGEST_SKEW).0).fetch_all(pool).await?));
    Ok(rows
        .into_iter()
        .filter(|row| store.holds(row, true))
        .map(|row| Listed {
            short: row.called(),
            operator: row.operator.unwrap_or_default(),
            data: row.data,
            began_at: Timestamp(row.created_at),
            seen_at: Timestamp(row.seen_at),
        })
        .collect())
}

/// Where a session began, as its columns have it.
#[derive(sqlx::FromRow)]
struct Began {
    id_hash: String,
    address: Option<String>,
    browser: Option<String>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Undated for Began {}

/// Of a session, and of no other: what is said of it is proved by itself, so that what is wrong with it ends no session.
impl Sealed for Began {
    const TABLE: &'static str = "where a session began";
    const WHAT: &'static str = "where the session began:";

    fn called(&self) -> String {
        self.id_hash.chars().take(SHORT).collect()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![(&self.id_hash).into(), (&self.address).into(), (&self.browser).into()]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// The columns of where a session began, with its proof.
macro_rules! began {
    () => {
        concat!("id_hash, address, browser, began_mac as mac, ", without_entry!())
    };
}

/// Remembers where a session began: the address, sealed, and the browser in a few words; and that somebody is there.
pub async fn remember_where(
    store: &Store,
    hash: &str,
    address: &str,
    browser: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    presence::remember(store, hash, now).await?;
    const SQL: &str = "update web_sessions set address = $2, browser = $3, began_mac = $4 where id_hash = $1";
    let began = Began {
        id_hash: hash.to_owned(),
        address: Some(address.to_owned()),
        browser: Some(browser.to_owned()),
        proof: Proof::default(),
    };
    on!(store, pool => sqlx::query(SQL)
        .bind(&began.id_hash).bind(&began.address).bind(&began.browser).bind(mac::mac(&store.keys, &began, 0))
        .execute(pool).await.map(|_| ()))
}

/// Where the sessions of somebody began, as far as that holds.
async fn began_of(store: &Store, operator: &OperatorId) -> sqlx::Result<Vec<Began>> {
    const SQL: &str =
        concat!("select ", began!(), " from web_sessions where operator = $1 and address is not null limit 1000");
    let rows: Vec<Began> = store.read(on!(store, pool => sqlx::query_as(SQL).bind(&operator.0).fetch_all(pool).await?));
    Ok(rows.into_iter().filter(|row| store.holds(row, true)).collect())
}

/// Proves where sessions began that are from before that was proved; how many.
pub(super) async fn prove_former(store: &Store) -> sqlx::Result<u64> {
    const FORMER: &str =
        concat!("select ", began!(), " from web_sessions where began_mac is null and address is not null");
    const SEAL: &str = "update web_sessions set began_mac = $2 where id_hash = $1 and began_mac is null";
    let former: Vec<Began> = store.read(on!(store, pool => sqlx::query_as(FORMER).fetch_all(pool).await?));
    let mut proved = 0;
    for row in former {
        let mac = mac::mac(&store.keys, &row, 0);
        proved +=
            on!(store, pool => sqlx::query(SEAL).bind(&row.id_hash).bind(mac).execute(pool).await?.rows_affected());
    }
    Ok(proved)
}

/// One session of a person's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    pub hash: String,
    /// The beginning of its hash.
    pub short: String,
    pub data: String,
    pub began_at: Timestamp,
    pub seen_at: Timestamp,
    /// Sealed; `None` for a sign-in that is not through, and where what is kept of it does not hold.
    pub address: Option<String>,
    pub browser: Option<String>,
}

/// A person's sessions that can still be used and sign-ins that are not through, the last used first: not idle since `idle`,
/// not over at `now`.
pub async fn list_of(
    store: &Store,
    operator: &OperatorId,
    idle: Timestamp,
    now: Timestamp,
) -> sqlx::Result<Vec<OwnSession>> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from web_sessions where operator = $1 and seen_at > $2 and absolute_until > $3 \
         and created_at <= $4 \
         and exists (select 1 from operators o where o.id = web_sessions.operator and o.generation = web_sessions.generation) \
         order by seen_at desc, id_hash limit 100"
    );
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(idle.0).bind(now.0).bind(now.plus(LARGEST_SKEW).0).fetch_all(pool).await?));
    let began = began_of(store, operator).await?;
    Ok(rows
        .into_iter()
        .filter(|row| store.holds(row, row.operator.as_deref() == Some(&operator.0)))
        .map(|row| {
            let began = began.iter().find(|began| began.id_hash == row.id_hash);
            OwnSession {
                short: row.called(),
                address: began.and_then(|began| began.address.clone()),
                browser: began.and_then(|began| began.browser.clone()),
                hash: row.id_hash,
                data: row.data,
                began_at: Timestamp(row.created_at),
                seen_at: Timestamp(row.seen_at),
            }
        })
        .collect())
}

/// Every session of somebody that is of their generation, locked: what a request writes into one at the same moment must not be
/// sealed over.
const OF_PERSON: &str =
    concat!("update web_sessions set mac = mac where operator = $1 and generation = $2 returning ", columns!());

/// Ends one session of a person, by the beginning of its hash; false where there is none, or the person's row does not hold. The
/// others go on in a new generation: one that is put back is of the former, and over.
pub async fn delete_one_of(store: &Store, operator: &OperatorId, short: &str) -> sqlx::Result<bool> {
    const SQL: &str = "delete from web_sessions where operator = $1 and substr(id_hash, 1, 16) = $2";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, false) };
        let ended = sqlx::query(SQL).bind(&operator.0).bind(short).execute(&mut *tx).await?.rows_affected();
        if ended == 0 {
            unchanged!(tx, false);
        }
        let former = held.row.generation;
        held.row.generation += 1;
        sqlx::query(RAISE).bind(&operator.0).execute(&mut *tx).await?;
        let left: Vec<Row> =
            store.read(sqlx::query_as(OF_PERSON).bind(&operator.0).bind(former).fetch_all(&mut *tx).await?);
        for mut row in left.into_iter().filter(|row| store.holds(row, row.operator.as_deref() == Some(&operator.0) && row.generation == former)) {
            row.generation = held.row.generation;
            sqlx::query(TAKE_OVER)
                .bind(&row.id_hash)
                .bind(row.generation)
                .bind(mac::mac(&store.keys, &row, 0))
                .execute(&mut *tx)
                .await?;
        }
        seal_person!(known, tx, held);
        tx.commit().await?;
        Ok(true)
    })
}

/// Sessions by person: how many, and when the last was used.
pub async fn summary(store: &Store) -> sqlx::Result<Vec<(String, i64, Timestamp)>> {
    const SQL: &str = "select operator, count(*), max(cast(seen_at as bigint)) from web_sessions where operator is not null \
        group by operator order by operator";
    let rows: Vec<(String, i64, i64)> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    Ok(rows.into_iter().map(|(operator, sessions, seen)| (operator, sessions, Timestamp(seen))).collect())
}

/// Forgets sessions that are long over. They are kept a day, so that a form posted after the end still finds its writer.
pub async fn delete_expired(store: &Store, before: Timestamp) -> sqlx::Result<u64> {
    const SQL: &str = "delete from web_sessions where absolute_until < $1 or seen_at < $1";
    on!(store, pool => sqlx::query(SQL).bind(before.0).execute(pool).await.map(|done| done.rows_affected()))
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!("select ", columns!(), " from web_sessions order by created_at desc, id_hash limit 1000");
    const BEGAN: &str = concat!(
        "select ",
        began!(),
        " from web_sessions where address is not null order by created_at desc limit 1000"
    );
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let (began, unreadable) =
        store.read_or_refuse::<Began>(on!(store, pool => sqlx::query_as(BEGAN).fetch_all(pool).await?));
    refused.extend(unreadable.into_iter().chain(store.refusals(&rows)).chain(store.refusals(&began)));
    Ok(refused)
}

/// Ends sessions from before they were proved; how many.
pub async fn delete_unsealed(store: &Store) -> sqlx::Result<u64> {
    const SQL: &str = "delete from web_sessions where mac is null";
    on!(store, pool => sqlx::query(SQL).execute(pool).await.map(|done| done.rows_affected()))
}
