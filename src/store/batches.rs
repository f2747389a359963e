//! Batches: many deeds of one kind, decided at once and carried out one by one in the background.

use super::{
    Refusal, Store,
    mac::{self, Dated, Proof, Sealed, without_entry},
    on,
    rights::Changes,
};
use crate::{
    clock::{LARGEST_SKEW, SECOND, Timestamp},
    id::{InstanceName, OperatorId},
    nouns::outcome::Outcome,
    seal::{Field, Keys},
};
use serde::{Serialize, de::DeserializeOwned};

/// How long a process may work on a batch without saying so again.
pub const CLAIM_TIME: i64 = 30 * SECOND;

/// A batch, without its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: String,
    pub instance: InstanceName,
    pub operator: OperatorId,
    /// The kind of its deeds.
    pub kind: String,
    pub why: String,
    pub paused: bool,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// How far one item has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    /// Begun; a process that finds it so looks into the record before it does anything.
    UnderWay,
    Closed(Outcome),
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Closed(outcome) => outcome.name(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "waiting" => Some(Self::Waiting),
            "under_way" => Some(Self::UnderWay),
            other => Outcome::parse(other).map(Self::Closed),
        }
    }
}

/// One deed of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<D> {
    pub position: i64,
    pub deed: D,
    pub state: State,
    /// Its entry in the ledger, once there is one.
    pub intent: Option<i64>,
    pub said: Option<String>,
}

fn fail(error: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Encode(error.to_string().into())
}

fn damaged(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a batch: {what}").into())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    instance: String,
    operator: String,
    kind: String,
    sealed_why: String,
    paused: bool,
    created_at: i64,
    ended_at: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

/// In whose name, and why: how far it has come is compared with the record. Its deeds are sealed for it.
impl Sealed for Row {
    const TABLE: &'static str = "batches";
    const WHAT: &'static str = "the batch";

    fn called(&self) -> String {
        self.id.clone()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id).into(),
            (&self.instance).into(),
            (&self.operator).into(),
            (&self.kind).into(),
            (&self.sealed_why).into(),
            self.created_at.into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Dated for Row {
    /// That it has ended: put back, it is not done again.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        changes.over(&self.id).filter(|_| self.ended_at.is_none())
    }
}

/// A batch by its columns with its proof; what follows says which.
macro_rules! batches {
    ($rest:literal) => {
        concat!(
            "select id, instance, operator, kind, sealed_why, paused, created_at, ended_at, mac, ",
            without_entry!(),
            " from batches ",
            $rest
        )
    };
}

const READ: &str = batches!("where id = $1");

/// Seals what a batch is meant to be, within the transaction that stores it.
macro_rules! seal {
    ($store:ident, $tx:ident, $row:expr) => {{
        const SEAL: &str = "update batches set mac = $2 where id = $1";
        let row: &Row = $row;
        sqlx::query(SEAL).bind(&row.id).bind(mac::mac(&$store.keys, row, 0)).execute(&mut *$tx).await?;
    }};
}

/// Stores a batch with its deeds, all or nothing.
pub async fn insert<D: Serialize>(store: &Store, keys: &Keys, batch: &Batch, deeds: &[D]) -> sqlx::Result<()> {
    const BATCH: &str = "insert into batches \
        (id, instance, operator, kind, sealed_why, paused, created_at, ended_at, lease, lease_until) \
        values ($1, $2, $3, $4, $5, $6, $7, null, '', 0)";
    const ITEM: &str = "insert into batch_items (batch, position, sealed_deed, state, intent, sealed_said) values ($1, $2, $3, 'waiting', null, null)";
    let why = keys.seal_text("batch", &batch.id, &batch.why).map_err(fail)?;
    let mut sealed = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let text = serde_json::to_string(deed).map_err(fail)?;
        sealed.push(keys.seal_text("batch", &batch.id, &text).map_err(fail)?);
    }
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        sqlx::query(BATCH)
            .bind(&batch.id).bind(batch.instance.as_str()).bind(&batch.operator.0).bind(&batch.kind).bind(&why)
            .bind(batch.paused).bind(batch.created_at.0)
            .execute(&mut *tx).await?;
        for (position, deed) in (0i64..).zip(&sealed) {
            sqlx::query(ITEM).bind(&batch.id).bind(position).bind(deed).execute(&mut *tx).await?;
        }
        let row = Row {
            id: batch.id.clone(),
            instance: batch.instance.as_str().to_owned(),
            operator: batch.operator.0.clone(),
            kind: batch.kind.clone(),
            sealed_why: why.clone(),
            paused: batch.paused,
            created_at: batch.created_at.0,
            ended_at: None,
            proof: Proof::default(),
        };
        seal!(store, tx, &row);
        tx.commit().await
    })
}

fn from_row(keys: &Keys, row: Row) -> sqlx::Result<Batch> {
    let why = keys.open_text("batch", &row.id, &row.sealed_why).ok_or_else(|| damaged("its reason does not open"))?;
    Ok(Batch {
        instance: InstanceName::try_from(row.instance).map_err(|error| damaged(&error))?,
        operator: OperatorId(row.operator),
        kind: row.kind,
        why,
        paused: row.paused,
        created_at: Timestamp(row.created_at),
        ended_at: row.ended_at.map(Timestamp),
        id: row.id,
    })
}

pub async fn by_id(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<Batch>> {
    let known = store.known().await?;
    let row: Option<Row> = on!(store, pool => sqlx::query_as(READ).bind(id).fetch_optional(pool).await?);
    known.held(row).await?.map(|row| from_row(keys, row)).transpose()
}

/// The newest batches of an instance that have not ended.
pub async fn running(store: &Store, keys: &Keys, instance: &InstanceName) -> sqlx::Result<Vec<Batch>> {
    const SQL: &str = batches!("where instance = $1 and ended_at is null order by created_at desc, id limit 20");
    let known = store.known().await?;
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_all(pool).await?);
    known.all_held(rows).await?.into_iter().map(|row| from_row(keys, row)).collect()
}

/// All items, in their order: at most as many as a batch may have.
pub async fn items<D: DeserializeOwned>(store: &Store, keys: &Keys, batch: &str) -> sqlx::Result<Vec<Item<D>>> {
    const SQL: &str = "select position, sealed_deed, state, intent, sealed_said from batch_items where batch = $1 \
        order by position limit 1000";
    type Row = (i64, String, String, Option<i64>, Option<String>);
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL).bind(batch).fetch_all(pool).await?);
    rows.into_iter()
        .map(|(position, sealed_deed, state, intent, sealed_said)| {
            let text = keys
                .open_text("batch", batch, &sealed_deed)
                .ok_or_else(|| damaged("one of its deeds does not open"))?;
            Ok(Item {
                position,
                deed: serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))?,
                state: State::parse(&state).ok_or_else(|| damaged("a state nobody knows"))?,
                intent,
                said: sealed_said.and_then(|sealed| keys.open_text("batch", batch, &sealed)),
            })
        })
        .collect()
}

/// Claims one batch of an instance that has work and that nobody works on: each goes to one process only.
pub async fn claim(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    process: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Batch>> {
    const FIND: &str = "select id from batches where instance = $3 and ended_at is null and not paused \
        and (lease_until <= $1 or lease_until > $4 or lease = $2) order by created_at, id limit 100";
    const CLAIM: &str = "update batches set lease = $2, lease_until = $3 \
        where id = $1 and ended_at is null and not paused and (lease_until <= $4 or lease_until > $5 or lease = $2)";
    // Claimed until later than any claim goes: the clock has been set back since.
    let never = now.plus(CLAIM_TIME + LARGEST_SKEW);
    let found: Vec<String> = on!(store, pool => sqlx::query_scalar(FIND)
        .bind(now.0).bind(process).bind(instance.as_str()).bind(never.0).fetch_all(pool).await?);
    for id in found {
        // One that is refused must not keep the others waiting.
        let Some(batch) = by_id(store, keys, &id).await? else { continue };
        let claimed = on!(store, pool => sqlx::query(CLAIM)
            .bind(&id).bind(process).bind(now.plus(CLAIM_TIME).0).bind(now.0).bind(never.0).execute(pool).await?.rows_affected());
        return Ok((claimed == 1).then_some(batch));
    }
    Ok(None)
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = batches!("where ended_at is null order by created_at desc, id limit 1000");
    let known = store.known().await?;
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    known.refusals(&rows).await
}

/// Seals batches from before they were proved; how many.
pub async fn seal_former(store: &Store) -> sqlx::Result<u64> {
    const FORMER: &str = batches!("where mac is null order by id");
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let former: Vec<Row> = sqlx::query_as(FORMER).fetch_all(&mut *tx).await?;
        for row in &former {
            seal!(store, tx, row);
        }
        tx.commit().await?;
        Ok(u64::try_from(former.len()).unwrap_or(u64::MAX))
    })
}

/// Renews a claim; false if the batch was paused, ended, or claimed by another process meanwhile.
pub async fn renew(store: &Store, batch: &str, process: &str, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str =
        "update batches set lease_until = $3 where id = $1 and lease = $2 and ended_at is null and not paused";
    let renewed = on!(store, pool => sqlx::query(SQL)
        .bind(batch).bind(process).bind(now.plus(CLAIM_TIME).0).execute(pool).await?.rows_affected());
    Ok(renewed == 1)
}

/// Marks an item, with what was said of it.
pub async fn set_item(
    store: &Store,
    keys: &Keys,
    batch: &str,
    position: i64,
    state: State,
    intent: Option<i64>,
    said: Option<&str>,
) -> sqlx::Result<()> {
    const SQL: &str =
        "update batch_items set state = $3, intent = $4, sealed_said = $5 where batch = $1 and position = $2";
    let said = said.map(|said| keys.seal_text("batch", batch, said)).transpose().map_err(fail)?;
    on!(store, pool => sqlx::query(SQL)
        .bind(batch).bind(position).bind(state.name()).bind(intent).bind(&said).execute(pool).await.map(|_| ()))
}

/// Pauses a batch that runs, or lets it go on.
pub async fn set_paused(store: &Store, batch: &str, paused: bool) -> sqlx::Result<()> {
    const SQL: &str = "update batches set paused = $2 where id = $1 and ended_at is null";
    on!(store, pool => sqlx::query(SQL).bind(batch).bind(paused).execute(pool).await.map(|_| ()))
}

pub async fn end(store: &Store, batch: &str, now: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "update batches set ended_at = $2 where id = $1 and ended_at is null";
    on!(store, pool => sqlx::query(SQL).bind(batch).bind(now.0).execute(pool).await.map(|_| ()))
}

/// Forgets batches that ended long ago, with their items; the record keeps every deed of theirs.
pub async fn delete_ended(store: &Store, before: Timestamp) -> sqlx::Result<u64> {
    const ITEMS: &str = "delete from batch_items where batch in (select id from batches where ended_at < $1)";
    on!(store, pool => {
        sqlx::query(ITEMS).bind(before.0).execute(pool).await?;
        sqlx::query("delete from batches where ended_at < $1").bind(before.0).execute(pool).await.map(|done| done.rows_affected())
    })
}
