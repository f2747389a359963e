//! Batches: many deeds of one kind, decided at once and carried out one by one in the background.

use super::{
    Refusal, Store, Wrong,
    claims::Leases,
    each, encode_error,
    mac::{self, Dated, Proof, Sealed, Undated, without_entry},
    on,
    rights::{Changes, Known},
};
use crate::{
    clock::{MINUTE, Timestamp},
    id::{InstanceName, OperatorId},
    nouns::outcome::Outcome,
    seal::{Field, Keys},
};
use serde::{Serialize, de::DeserializeOwned};

/// Batches with work that a process is at.
pub const CLAIMS: Leases = Leases {
    table: "batches",
    key: "id",
    due: "ended_at is null and not paused",
    order: "created_at, id",
    time: MINUTE,
    again: true,
};

/// What is said of one that is not what the console wrote.
pub const CHANGED: &str = "It was changed, not by the console";

/// A batch, without its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: String,
    pub instance: InstanceName,
    pub operator: OperatorId,
    /// The kind of its deeds.
    pub kind: String,
    pub why: String,
    /// How many people or cases its deeds are about: a large case is several. 0 where a former version began it.
    pub about: i64,
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
    about: i64,
    paused: bool,
    created_at: i64,
    ended_at: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

/// In whose name, and why: how far it has come, and whether it was paused, is compared with the record. Its deeds are sealed
/// for it.
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
        let mut fields = vec![
            (&self.id).into(),
            (&self.instance).into(),
            (&self.operator).into(),
            (&self.kind).into(),
            (&self.sealed_why).into(),
            self.created_at.into(),
        ];
        // Rows of former versions have none, and were proved without.
        if self.about != 0 {
            fields.push(self.about.into());
        }
        fields
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

    /// What it does is done with somebody's rights, which are asked for each time.
    fn is_made(&self, _changes: &Changes) -> bool {
        true
    }
}

/// A batch by its columns with its proof; what follows says which.
macro_rules! batches {
    ($rest:literal) => {
        concat!(
            "select id, instance, operator, kind, sealed_why, about, paused, created_at, ended_at, mac, ",
            without_entry!(),
            " from batches ",
            $rest
        )
    };
}

/// Ended before `$1`, or made before `$2` and never begun.
macro_rules! old {
    () => {
        "ended_at < $1 or (about > 0 and created_at < $2 and id not in \
         (select subject from rights_changes where deed in ('batch_begun', 'batch_resumed')))"
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

/// One deed of a batch, as it is proved: what is to be done, from when it waits until it is closed. How far it has come is
/// compared with the record.
#[derive(sqlx::FromRow)]
struct ItemRow {
    batch: String,
    position: i64,
    sealed_deed: String,
    state: String,
    intent: Option<i64>,
    sealed_said: Option<String>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Undated for ItemRow {}

impl Sealed for ItemRow {
    const TABLE: &'static str = "batch_items";
    const WHAT: &'static str = "the deed";

    fn called(&self) -> String {
        format!("{} of the batch {}", self.position, self.batch)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![(&self.batch).into(), self.position.into(), (&self.sealed_deed).into()]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl ItemRow {
    fn read<D: DeserializeOwned>(self, keys: &Keys) -> sqlx::Result<Item<D>> {
        let text = keys
            .open_text("batch", &self.batch, &self.sealed_deed)
            .ok_or_else(|| damaged("one of its deeds does not open"))?;
        Ok(Item {
            position: self.position,
            deed: serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))?,
            state: State::parse(&self.state).ok_or_else(|| damaged("a state nobody knows"))?,
            intent: self.intent,
            said: self.sealed_said.and_then(|sealed| keys.open_text("batch", &self.batch, &sealed)),
        })
    }
}

/// The columns of a deed with its proof.
macro_rules! item {
    () => {
        concat!("batch, position, sealed_deed, state, intent, sealed_said, mac, ", without_entry!())
    };
}

/// Deeds of a batch: what follows says which.
macro_rules! items {
    ($rest:literal) => {
        concat!("select ", item!(), " from batch_items where batch = $1 ", $rest)
    };
}

/// Stores a batch with its deeds, all or nothing. Until the record says that it was begun, it is as if it were not there.
pub async fn insert<D: Serialize>(store: &Store, keys: &Keys, batch: &Batch, deeds: &[D]) -> sqlx::Result<()> {
    const BATCH: &str = "insert into batches \
        (id, instance, operator, kind, sealed_why, about, paused, created_at, ended_at, lease, lease_until) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, null, '', 0)";
    const ITEM: &str =
        "insert into batch_items (batch, position, sealed_deed, state, mac) values ($1, $2, $3, 'waiting', $4)";
    let row = Row {
        id: batch.id.clone(),
        instance: batch.instance.as_str().to_owned(),
        operator: batch.operator.0.clone(),
        kind: batch.kind.clone(),
        sealed_why: keys.seal_text("batch", &batch.id, &batch.why).map_err(encode_error)?,
        about: batch.about,
        paused: batch.paused,
        created_at: batch.created_at.0,
        ended_at: None,
        proof: Proof::default(),
    };
    let mut items = Vec::with_capacity(deeds.len());
    for (position, deed) in (0i64..).zip(deeds) {
        let text = serde_json::to_string(deed).map_err(encode_error)?;
        let item = ItemRow {
            batch: batch.id.clone(),
            position,
            sealed_deed: keys.seal_text("batch", &batch.id, &text).map_err(encode_error)?,
            state: String::new(),
            intent: None,
            sealed_said: None,
            proof: Proof::default(),
        };
        items.push((mac::mac(keys, &item, 0), item));
    }
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        sqlx::query(BATCH)
            .bind(&row.id).bind(&row.instance).bind(&row.operator).bind(&row.kind).bind(&row.sealed_why)
            .bind(row.about).bind(row.paused).bind(row.created_at)
            .execute(&mut *tx).await?;
        for (mac, item) in &items {
            sqlx::query(ITEM).bind(&item.batch).bind(item.position).bind(&item.sealed_deed).bind(mac)
                .execute(&mut *tx).await?;
        }
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
        about: row.about,
        paused: row.paused,
        created_at: Timestamp(row.created_at),
        ended_at: row.ended_at.map(Timestamp),
        id: row.id,
    })
}

/// Those that hold, and that the record knows as begun; of former versions all that hold.
async fn begun(keys: &Keys, known: &Known, rows: Vec<Row>, asked: impl Fn(&Row) -> bool) -> sqlx::Result<Vec<Batch>> {
    let held = known.all_held(rows, asked).await?.into_iter();
    let held = held.filter(|row| row.about == 0 || known.has_begun(&row.id));
    // One that was paused is, whatever its row says, until the record says that it goes on.
    held.map(|row| {
        let paused = row.paused || known.is_paused(&row.id);
        from_row(keys, Row { paused, ..row })
    })
    .collect()
}

pub async fn by_id(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<Batch>> {
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(READ).bind(id).fetch_all(pool).await?));
    Ok(begun(keys, &known, rows, |row| row.id == id).await?.pop())
}

/// The newest batches of an instance that have not ended.
pub async fn running(store: &Store, keys: &Keys, instance: &InstanceName) -> sqlx::Result<Vec<Batch>> {
    const SQL: &str = batches!("where instance = $1 and ended_at is null order by created_at desc, id limit 20");
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).fetch_all(pool).await?));
    begun(keys, &known, rows, |row| row.instance == instance.as_str()).await
}

/// An item that is what the console wrote, if it is; otherwise it is named in the log.
fn ours<D: DeserializeOwned>(store: &Store, keys: &Keys, batch: &str, row: sqlx::Result<ItemRow>) -> Option<Item<D>> {
    let row = store.readable("a deed of a batch", row)?;
    let called = mac::called(&row);
    if store.holds(&row, row.batch == batch) { store.readable(&called, row.read(keys)) } else { None }
}

/// The items that are what the console wrote, in their order: at most as many as a batch may have.
pub async fn items<D: DeserializeOwned>(store: &Store, keys: &Keys, batch: &str) -> sqlx::Result<Vec<Item<D>>> {
    const SQL: &str = items!("order by position limit 1000");
    let rows: Vec<sqlx::Result<ItemRow>> = on!(store, pool => each!(ItemRow, sqlx::query(SQL).bind(batch), pool));
    Ok(rows.into_iter().filter_map(|row| ours(store, keys, batch, row)).collect())
}

/// The first deed that is what the console wrote: what the others are like.
pub async fn first<D: DeserializeOwned>(store: &Store, keys: &Keys, batch: &str) -> sqlx::Result<Option<D>> {
    const SQL: &str = items!("order by position limit 1");
    let rows: Vec<sqlx::Result<ItemRow>> = on!(store, pool => each!(ItemRow, sqlx::query(SQL).bind(batch), pool));
    if let Some(item) = rows.into_iter().find_map(|row| ours(store, keys, batch, row)) {
        return Ok(Some(item.deed));
    }
    Ok(items(store, keys, batch).await?.into_iter().next().map(|item| item.deed))
}

/// How many items there are, however far each has come.
pub async fn number(store: &Store, batch: &str) -> sqlx::Result<i64> {
    const SQL: &str = "select count(*) from batch_items where batch = $1";
    on!(store, pool => sqlx::query_scalar(SQL).bind(batch).fetch_one(pool).await)
}

/// How many items have come how far; those of which nobody knows how far are left out.
pub async fn counts(store: &Store, batch: &str) -> sqlx::Result<Vec<(State, i64)>> {
    const SQL: &str = "select state, count(*) from batch_items where batch = $1 group by state";
    let rows: Vec<(String, i64)> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(batch).fetch_all(pool).await?));
    let known = |(state, number): (String, i64)| {
        let state = State::parse(&state).ok_or_else(|| damaged("a state nobody knows"));
        Some((store.readable(&format!("a deed of the batch {batch}"), state)?, number))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// How many items a batch has, for whoever carries it out.
///
/// # Errors
/// The store's, and where nobody knows how far one of them has come: it cannot be said what is left.
pub async fn number_known(store: &Store, batch: &str) -> sqlx::Result<i64> {
    let known: i64 = counts(store, batch).await?.iter().map(|(_, number)| number).sum();
    if known == number(store, batch).await? { Ok(known) } else { Err(damaged("a state nobody knows")) }
}

/// Whether there is a batch of this id on an instance that is not what the console wrote.
pub async fn is_changed(store: &Store, instance: &InstanceName, id: &str) -> sqlx::Result<bool> {
    const SQL: &str = batches!("where id = $1 and instance = $2");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(id).bind(instance.as_str()).fetch_optional(pool).await?));
    match row {
        Some(row) => Ok(known.wrong(&row).await?.is_some()),
        None => Ok(false),
    }
}

/// The next item that is not closed, after a position. One that is not what the console wrote is closed.
pub async fn next<D: DeserializeOwned>(
    store: &Store,
    keys: &Keys,
    batch: &str,
    after: i64,
) -> sqlx::Result<Option<Item<D>>> {
    const SQL: &str = items!("and state in ('waiting', 'under_way') and position > $2 order by position limit 1");
    loop {
        let found: Option<ItemRow> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
            .bind(batch).bind(after).fetch_optional(pool).await?));
        let Some(row) = found else { return Ok(None) };
        let (position, intent) = (row.position, row.intent);
        if store.holds(&row, row.batch == batch)
            && let Ok(item) = row.read(keys)
        {
            return Ok(Some(item));
        }
        let state = State::Closed(Outcome::Refused);
        set_item(store, keys, batch, position, state, intent, Some(CHANGED)).await?;
    }
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = batches!("order by created_at desc, id limit 1000");
    const ITEMS: &str = concat!("select ", item!(), " from batch_items order by batch desc, position limit 2000");
    let known = store.known().await?;
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    refused.extend(known.refusals(&rows).await?);
    let let_go = rows.iter().filter(|row| !row.paused && row.ended_at.is_none() && known.is_paused(&row.id));
    refused.extend(let_go.map(|row| Refusal { row: mac::called(row), wrong: Wrong::LetGo }));
    let items: Vec<sqlx::Result<ItemRow>> = on!(store, pool => each!(ItemRow, sqlx::query(ITEMS), pool));
    refused.extend(items.into_iter().filter_map(|item| match item {
        Ok(item) => {
            let unknown = || State::parse(&item.state).is_none().then_some(Wrong::Unreadable);
            let wrong = store.wrong(&item).or_else(unknown)?;
            Some(Refusal { row: mac::called(&item), wrong })
        }
        Err(_) => Some(Refusal { row: "a deed of a batch".to_owned(), wrong: Wrong::Unreadable }),
    }));
    Ok(refused)
}

/// Seals batches from before they were proved; how many.
pub async fn seal_former(store: &Store) -> sqlx::Result<u64> {
    const FORMER: &str = batches!("where mac is null order by id");
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let former: Vec<Row> = store.read(sqlx::query_as(FORMER).fetch_all(&mut *tx).await?);
        for row in &former {
            seal!(store, tx, row);
        }
        tx.commit().await?;
        Ok(u64::try_from(former.len()).unwrap_or(u64::MAX))
    })
}

/// Proves the deeds of batches from before each was proved.
pub async fn seal_items(store: &Store) -> sqlx::Result<()> {
    const FORMER: &str = concat!("select ", item!(), " from batch_items where mac is null");
    const SEAL: &str = "update batch_items set mac = $3 where batch = $1 and position = $2 and mac is null";
    let former: Vec<ItemRow> = store.read(on!(store, pool => sqlx::query_as(FORMER).fetch_all(pool).await?));
    for row in former {
        let mac = mac::mac(&store.keys, &row, 0);
        on!(store, pool => sqlx::query(SEAL).bind(&row.batch).bind(row.position).bind(mac)
            .execute(pool).await.map(|_| ())?);
    }
    Ok(())
}

/// How many deeds of batches are proved.
pub async fn proved(store: &Store) -> sqlx::Result<u64> {
    const SQL: &str = "select count(*) from batch_items where mac is not null";
    let number: i64 = on!(store, pool => sqlx::query_scalar(SQL).fetch_one(pool).await?);
    Ok(u64::try_from(number).unwrap_or(0))
}

/// Marks an item, with what was said of it. One that is closed and is not any more what was begun is not known to be done:
/// what was is in its entry.
pub async fn set_item(
    store: &Store,
    keys: &Keys,
    batch: &str,
    position: i64,
    state: State,
    intent: Option<i64>,
    said: Option<&str>,
) -> sqlx::Result<()> {
    const SQL: &str = concat!(
        "update batch_items set state = $3, intent = $4, sealed_said = $5 where batch = $1 and position = $2 returning ",
        item!()
    );
    const WRONG: &str = "update batch_items set state = $3, sealed_said = $4 where batch = $1 and position = $2";
    let seal = |said: &str| keys.seal_text("batch", batch, said).map_err(encode_error);
    let said = said.map(seal).transpose()?;
    let changed = seal(CHANGED)?;
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let row: Option<ItemRow> = store.read_one(sqlx::query_as(SQL)
            .bind(batch).bind(position).bind(state.name()).bind(intent).bind(&said).fetch_optional(&mut *tx).await?);
        let done = matches!(state, State::Closed(outcome) if outcome != Outcome::Refused);
        if done && row.is_some_and(|row| !store.holds(&row, row.batch == batch && row.position == position)) {
            sqlx::query(WRONG).bind(batch).bind(position).bind(Outcome::Unknown.name()).bind(&changed)
                .execute(&mut *tx).await?;
        }
        tx.commit().await
    })
}

/// Pauses a batch that runs, or lets it go on.
pub async fn set_paused(store: &Store, batch: &str, paused: bool) -> sqlx::Result<()> {
    const SQL: &str = "update batches set paused = $2 where id = $1 and ended_at is null";
    on!(store, pool => sqlx::query(SQL).bind(batch).bind(paused).execute(pool).await.map(|_| ()))
}

/// Ends a batch of which no item is left; true once.
pub async fn end(store: &Store, batch: &str, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "update batches set ended_at = $2 where id = $1 and ended_at is null and not exists \
        (select 1 from batch_items where batch = $1 and state in ('waiting', 'under_way'))";
    let ended = on!(store, pool => sqlx::query(SQL).bind(batch).bind(now.0).execute(pool).await?.rows_affected());
    Ok(ended == 1)
}

/// Forgets batches that ended before a time, and those made before another that the record does not know as begun, with their
/// items; the record keeps every deed.
pub async fn delete_old(store: &Store, ended: Timestamp, made: Timestamp) -> sqlx::Result<u64> {
    const ITEMS: &str = concat!("delete from batch_items where batch in (select id from batches where ", old!(), ")");
    const BATCHES: &str = concat!("delete from batches where ", old!());
    on!(store, pool => {
        sqlx::query(ITEMS).bind(ended.0).bind(made.0).execute(pool).await?;
        sqlx::query(BATCHES).bind(ended.0).bind(made.0).execute(pool).await.map(|done| done.rows_affected())
    })
}
