//! Alarms: one row a cause. They give nobody a right; what raised them is in the record. Each row is proved, and so is how far
//! the entries were looked at: whoever writes here can neither say that an alarm was acknowledged nor that nothing is left to look
//! at. A row that does not hold is named like any other; taking one away takes nothing from the record.

use super::{
    Found, Refusal, Store, encode_error,
    fence::begin,
    mac::{self, Proof, Sealed, Undated, without_entry},
    on,
    transaction::{Transaction, unchanged, within},
};
use crate::{
    clock::{HOUR, Timestamp},
    id::{InstanceName, OperatorId},
    nouns::alarms::AlarmKind,
    seal::{Field, Keys},
};

use std::collections::BTreeSet;

/// So many of a kind are open one by one; what comes then is counted in one more.
pub const MOST_OPEN: usize = 20;
/// So many entries of a cause are named, the first ones.
pub const MOST_NAMED: usize = 5;

/// What raises an alarm, or adds to one that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    pub kind: AlarmKind,
    /// What it is raised once for.
    pub cause: String,
    /// Whom it is about, of the console's people.
    pub operator: Option<OperatorId>,
    pub instance: Option<InstanceName>,
    /// The grant it is about.
    pub about: Option<String>,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// How many there are of it: in all of its time, or since it was last looked (`adds`).
    pub number: i64,
    pub adds: bool,
    /// How many are usual, where that is known.
    pub usual: Option<i64>,
    /// What of it is in the record, oldest first.
    pub entries: Vec<i64>,
}

/// An alarm as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub id: String,
    pub kind: AlarmKind,
    pub operator: Option<OperatorId>,
    pub instance: Option<InstanceName>,
    pub about: Option<String>,
    pub raised_at: Timestamp,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub number: i64,
    pub usual: Option<i64>,
    /// The first entries of it.
    pub entries: Vec<i64>,
    /// The newest.
    pub last_entry: Option<i64>,
    /// It counts what came when there were too many of the kind.
    pub gathered: bool,
    /// Whom what is counted together is about.
    pub people: Vec<OperatorId>,
    pub acknowledged: Option<Acknowledged>,
}

/// Who took note of an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub by: OperatorId,
    pub at: Timestamp,
    /// The entry of the deed.
    pub entry: Option<i64>,
}

/// Up to which entry it was looked, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    pub entry: i64,
    pub at: Timestamp,
}

#[derive(Clone, sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    cause: String,
    operator: Option<String>,
    instance: Option<String>,
    about: Option<String>,
    raised_at: i64,
    first_at: i64,
    last_at: i64,
    number: i64,
    usual: Option<i64>,
    entries: String,
    last_entry: Option<i64>,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<i64>,
    acknowledged_entry: Option<i64>,
    people: String,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "alarms";
    const WHAT: &'static str = "the alarm";

    fn called(&self) -> String {
        self.id.clone()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id).into(),
            (&self.kind).into(),
            (&self.cause).into(),
            (&self.operator).into(),
            (&self.instance).into(),
            (&self.about).into(),
            self.raised_at.into(),
            self.first_at.into(),
            self.last_at.into(),
            self.number.into(),
            (&self.usual).into(),
            (&self.entries).into(),
            (&self.last_entry).into(),
            (&self.acknowledged_by).into(),
            (&self.acknowledged_at).into(),
            (&self.acknowledged_entry).into(),
            (&self.people).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// The columns of an alarm with its proof.
macro_rules! columns {
    () => {
        concat!(
            "id, kind, cause, operator, instance, about, raised_at, first_at, last_at, number, usual, entries, last_entry, \
             acknowledged_by, acknowledged_at, acknowledged_entry, people, mac, ",
            without_entry!()
        )
    };
}

/// How far it was looked, as its columns have it.
#[derive(sqlx::FromRow)]
struct LookedRow {
    #[sqlx(rename = "looked_to")]
    entry: i64,
    at: i64,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for LookedRow {
    const TABLE: &'static str = "alarms_looked";
    const WHAT: &'static str = "how far";

    fn called(&self) -> String {
        "the entries were looked at for alarms".to_owned()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![self.entry.into(), self.at.into()]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for LookedRow {}

impl LookedRow {
    /// As the table is made.
    fn is_new(&self) -> bool {
        self.proof.mac.is_none() && (self.entry, self.at) == (-1, 0)
    }
}

const HOW_FAR: &str =
    concat!("select entry as looked_to, at, mac, ", without_entry!(), " from alarms_looked where id = 1");

fn from_row(row: Row) -> sqlx::Result<Alarm> {
    let damaged = |what: String| sqlx::Error::Decode(format!("an alarm: {what}").into());
    let kind: AlarmKind = row.kind.parse().map_err(damaged)?;
    Ok(Alarm {
        gathered: row.cause.starts_with(&gathered(kind)),
        id: row.id,
        kind,
        operator: row.operator.map(OperatorId),
        instance: row.instance.and_then(|name| name.parse().ok()),
        about: row.about,
        raised_at: Timestamp(row.raised_at),
        first_at: Timestamp(row.first_at),
        last_at: Timestamp(row.last_at),
        number: row.number,
        usual: row.usual,
        entries: serde_json::from_str(&row.entries).map_err(|error| damaged(error.to_string()))?,
        people: serde_json::from_str(&row.people).map_err(|error| damaged(error.to_string()))?,
        last_entry: row.last_entry,
        acknowledged: row.acknowledged_by.zip(row.acknowledged_at).map(|(by, at)| Acknowledged {
            by: OperatorId(by),
            at: Timestamp(at),
            entry: row.acknowledged_entry,
        }),
    })
}

/// The cause that stands for all that come when there are too many of a kind.
fn gathered(kind: AlarmKind) -> String {
    format!("{} more", kind.name())
}

macro_rules! alarms {
    ($narrowed:literal) => {
        concat!("select ", columns!(), " from alarms where ", $narrowed)
    };
}

/// Up to which entry it was looked. Where what says so is gone or does not hold, it is the newest entry that an alarm was raised
/// by: what comes after it is looked at once more.
pub async fn looked(store: &Store) -> sqlx::Result<Looked> {
    const RAISED: &str = alarms!("kind <> 'checkpoint' and last_entry is not null order by last_entry desc limit 1000");
    let row: Option<LookedRow> =
        store.read_one(on!(store, pool => sqlx::query_as(HOW_FAR).fetch_optional(pool).await?));
    // A new store looked at nothing yet, and nothing is wrong with that.
    if let Some(row) = row.filter(|row| !row.is_new() && store.holds(row, true)) {
        return Ok(Looked { entry: row.entry, at: Timestamp(row.at) });
    }
    let raised: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(RAISED).fetch_all(pool).await?));
    let newest = raised.into_iter().find(|row| store.holds(row, true)).and_then(|row| row.last_entry);
    Ok(Looked { entry: newest.unwrap_or(-1), at: Timestamp(0) })
}

/// Those that are refused, and how far it was looked, where that is.
pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    let mut refused = rows::refused(store).await?;
    let looked: Option<Found<LookedRow>> = on!(store, pool => sqlx::query_as(HOW_FAR).fetch_optional(pool).await?);
    let (looked, unreadable) = store.read_or_refuse(looked.into_iter().collect());
    refused.extend(unreadable);
    refused.extend(store.refusals(&looked.into_iter().filter(|row| !row.is_new()).collect::<Vec<_>>()));
    Ok(refused)
}

/// Proves those from before each was proved, and how far it was looked; how many.
pub(super) async fn prove_former(store: &Store) -> sqlx::Result<u64> {
    const SEAL: &str = "update alarms_looked set mac = $1 where id = 1 and mac is null";
    let looked: Option<LookedRow> =
        store.read_one(on!(store, pool => sqlx::query_as(HOW_FAR).fetch_optional(pool).await?));
    if let Some(row) = looked.filter(|row| row.proof.mac.is_none()) {
        let mac = mac::mac(&store.keys, &row, 0);
        on!(store, pool => sqlx::query(SEAL).bind(mac).execute(pool).await.map(|_| ())?);
    }
    rows::prove_former(store).await
}

/// The alarms by themselves.
mod rows {
    use super::{Row, without_entry};
    use crate::store::mac::proved_table;

    proved_table!(Row, "alarms", columns!(), "id desc", "id = $2", |row| &row.id);
}

/// Writes one in the place of whatever stands under its cause.
const WRITE: &str = "insert into alarms (id, kind, cause, operator, instance, about, raised_at, first_at, last_at, number, \
    usual, entries, last_entry, mac, people) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
    on conflict (cause) do update set id = excluded.id, kind = excluded.kind, operator = excluded.operator, \
    instance = excluded.instance, about = excluded.about, raised_at = excluded.raised_at, first_at = excluded.first_at, \
    last_at = excluded.last_at, number = excluded.number, usual = excluded.usual, entries = excluded.entries, \
    last_entry = excluded.last_entry, acknowledged_by = null, acknowledged_at = null, acknowledged_entry = null, \
    mac = excluded.mac, people = excluded.people";

async fn write(store: &Store, tx: &mut Transaction, row: &Row) -> sqlx::Result<()> {
    within!(tx, c => sqlx::query(WRITE)
        .bind(&row.id)
        .bind(&row.kind)
        .bind(&row.cause)
        .bind(&row.operator)
        .bind(&row.instance)
        .bind(&row.about)
        .bind(row.raised_at)
        .bind(row.first_at)
        .bind(row.last_at)
        .bind(row.number)
        .bind(row.usual)
        .bind(&row.entries)
        .bind(row.last_entry)
        .bind(mac::mac(&store.keys, row, 0))
        .bind(&row.people)
        .execute(c).await.map(|_| ()))
}

/// What stands under a cause and holds, locked for the transaction.
async fn under(store: &Store, tx: &mut Transaction, cause: &str) -> sqlx::Result<Option<Row>> {
    const LOCK: &str = concat!("update alarms set mac = mac where cause = $1 returning ", columns!());
    let row: Option<Row> = store.read_one(within!(tx, c => sqlx::query_as(LOCK).bind(cause).fetch_optional(c).await?));
    Ok(row.filter(|row| store.holds(row, row.cause == cause)))
}

/// The row of one that is raised now; of one that counts those of which there are too many, without whom it is about.
fn raised(one: &Raised, gathers: bool, now: Timestamp) -> sqlx::Result<Row> {
    let named: Vec<i64> = one.entries.iter().copied().take(MOST_NAMED).collect();
    let whose = (!gathers).then_some(one);
    Ok(Row {
        id: crate::id::fresh(),
        kind: one.kind.name().to_owned(),
        cause: if gathers { gathered(one.kind) } else { one.cause.clone() },
        operator: whose.and_then(|one| one.operator.as_ref()).map(|id| id.0.clone()),
        instance: whose.and_then(|one| one.instance.as_ref()).map(|name| name.as_str().to_owned()),
        about: whose.and_then(|one| one.about.clone()),
        raised_at: now.0,
        first_at: one.first_at.0,
        last_at: one.last_at.0,
        number: one.number,
        usual: whose.and_then(|one| one.usual),
        entries: serde_json::to_string(&named).map_err(encode_error)?,
        last_entry: one.entries.last().copied(),
        acknowledged_by: None,
        acknowledged_at: None,
        acknowledged_entry: None,
        people: with_one_more("[]", one.operator.as_ref().filter(|_| gathers))?,
        proof: Proof::default(),
    })
}

/// Keeps what a look at the entries up to one raised: once, whichever process was first; false for the others.
pub async fn keep(store: &Store, from: i64, to: i64, found: &[Raised], now: Timestamp) -> sqlx::Result<bool> {
    const LOCK: &str = concat!(
        "update alarms_looked set mac = mac where id = 1 returning entry as looked_to, at, mac, ",
        without_entry!()
    );
    const STEP: &str = "insert into alarms_looked (id, entry, at, mac) values (1, $1, $2, $3) \
        on conflict (id) do update set entry = excluded.entry, at = excluded.at, mac = excluded.mac";
    const OPEN: &str = alarms!("kind = $1 and acknowledged_at is null order by id");
    let mut tx = store.driver.begin_writing().await?;
    let there: Option<LookedRow> = store.read_one(within!(&mut tx, c => sqlx::query_as(LOCK).fetch_optional(c).await?));
    // What does not hold says of nobody that they were first.
    if there.is_some_and(|row| row.entry != from && !row.is_new() && store.holds(&row, true)) {
        unchanged!(tx, false);
    }
    let looked = LookedRow { entry: to, at: now.0, proof: Proof::default() };
    within!(&mut tx, c => sqlx::query(STEP)
        .bind(looked.entry).bind(looked.at).bind(mac::mac(&store.keys, &looked, 0)).execute(c).await.map(|_| ())?);
    for one in found {
        let mut gathers = false;
        let mut known = under(store, &mut tx, &one.cause).await?;
        if known.is_none() {
            let open: Vec<Row> =
                store.read(within!(&mut tx, c => sqlx::query_as(OPEN).bind(one.kind.name()).fetch_all(c).await?));
            gathers = open.iter().filter(|row| store.holds(*row, true)).count() >= MOST_OPEN;
        }
        if gathers {
            known = under(store, &mut tx, &gathered(one.kind)).await?;
        }
        let new = raised(one, gathers, now)?;
        let row = match known {
            // What somebody acknowledged does not change any more.
            Some(known) if known.acknowledged_at.is_some() => continue,
            Some(known) => Row {
                last_at: new.last_at,
                last_entry: new.last_entry,
                number: new.number + if one.adds || gathers { known.number } else { 0 },
                people: with_one_more(&known.people, one.operator.as_ref().filter(|_| gathers))?,
                ..known
            },
            None => new,
        };
        write(store, &mut tx, &row).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The people of a gathered alarm, as they are kept, and one more.
fn with_one_more(people: &str, one: Option<&OperatorId>) -> sqlx::Result<String> {
    let mut people: BTreeSet<String> =
        serde_json::from_str(people).map_err(|error| sqlx::Error::Decode(error.into()))?;
    people.extend(one.map(|id| id.0.clone()));
    serde_json::to_string(&people).map_err(encode_error)
}

/// What goes on to be so is raised again so long after somebody took note of it.
const AGAIN: i64 = HOUR;

/// Whether somebody took note of this cause lately: then it waits.
async fn lately(store: &Store, tx: &mut Transaction, one: &Raised, now: Timestamp) -> sqlx::Result<bool> {
    const NOTED: &str = alarms!("kind = $1 and acknowledged_at > $2 order by id desc");
    let before = format!("{} ", one.cause);
    let noted: Vec<Row> = store.read(within!(tx, c => sqlx::query_as(NOTED)
        .bind(one.kind.name()).bind(now.plus(-AGAIN).0).fetch_all(c).await?));
    Ok(noted.iter().any(|row| store.holds(row, true) && row.cause.starts_with(&before)))
}

/// Keeps what is so now, whatever was looked at: once a cause, with how many there are by now, as long as it is open.
pub async fn raise(store: &Store, one: &Raised, now: Timestamp) -> sqlx::Result<()> {
    let mut tx = store.driver.begin_writing().await?;
    let new = raised(one, false, now)?;
    let row = match under(store, &mut tx, &one.cause).await? {
        Some(known) if known.acknowledged_at.is_some() => return tx.rollback().await,
        Some(known) => Row { last_at: new.last_at, number: new.number, ..known },
        None if lately(store, &mut tx, one, now).await? => return tx.rollback().await,
        None => new,
    };
    write(store, &mut tx, &row).await?;
    tx.commit().await
}

/// Open ones or those that were acknowledged, newest first and below an id.
pub async fn list(store: &Store, open: bool, before: Option<&str>, limit: i64) -> sqlx::Result<Vec<Alarm>> {
    const OPEN: &str = alarms!("acknowledged_at is null and ($1 = '' or id < $1) order by id desc limit $2");
    const DONE: &str = alarms!("acknowledged_at is not null and ($1 = '' or id < $1) order by id desc limit $2");
    let sql = if open { OPEN } else { DONE };
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(sql)
        .bind(before.unwrap_or_default()).bind(limit).fetch_all(pool).await?));
    let held = rows.into_iter().filter(|row| store.holds(row, row.acknowledged_at.is_none() == open));
    held.map(from_row).collect()
}

/// One.
pub async fn by_id(store: &Store, id: &str) -> sqlx::Result<Option<Alarm>> {
    const SQL: &str = alarms!("id = $1");
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?));
    row.filter(|row| store.holds(row, row.id == id)).map(from_row).transpose()
}

/// How many are open, by kind.
pub async fn open(store: &Store) -> sqlx::Result<Vec<(AlarmKind, i64)>> {
    const SQL: &str = alarms!("acknowledged_at is null order by id");
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let held: Vec<Row> = rows.into_iter().filter(|row| store.holds(row, true)).collect();
    let number = |kind: AlarmKind| held.iter().filter(|row| row.kind == kind.name()).count();
    Ok(AlarmKind::ALL.into_iter().map(|kind| (kind, i64::try_from(number(kind)).unwrap_or(i64::MAX))).collect())
}

/// Takes note of an open one; false where somebody did already, or it does not hold. What comes again is raised anew from there
/// on.
pub async fn acknowledge(store: &Store, alarm: &Alarm, by: &OperatorId, now: Timestamp) -> sqlx::Result<bool> {
    const LOCK: &str = concat!("update alarms set mac = mac where id = $1 returning ", columns!());
    const SQL: &str = "update alarms set acknowledged_by = $2, acknowledged_at = $3, acknowledged_entry = $4, cause = $5, \
        mac = $6 where id = $1";
    let entry = store.fence.as_ref().map(|fence| fence.intent);
    let again = alarm.gathered || alarm.kind.comes_again();
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(&alarm.id).fetch_optional(&mut *tx).await?);
        let row = row.filter(|row| store.holds(row, row.id == alarm.id) && row.acknowledged_at.is_none());
        let Some(row) = row else { unchanged!(tx, false) };
        let row = Row {
            acknowledged_by: Some(by.0.clone()),
            acknowledged_at: Some(now.0),
            acknowledged_entry: entry,
            cause: if again { format!("{} {}", row.cause, row.id) } else { row.cause.clone() },
            ..row
        };
        sqlx::query(SQL)
            .bind(&row.id).bind(&row.acknowledged_by).bind(row.acknowledged_at).bind(row.acknowledged_entry)
            .bind(&row.cause).bind(mac::mac(&store.keys, &row, 0))
            .execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    })
}
