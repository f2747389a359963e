//! Alarms: one row a cause. They give nobody a right, and carry no code; what raised them is in the record.

use super::{Store, fence::begin, on, transaction::within};
use crate::{
    clock::{HOUR, Timestamp},
    id::{InstanceName, OperatorId},
    nouns::alarms::AlarmKind,
};

use std::collections::BTreeSet;

/// So many of a kind are open one by one; what comes then is counted in one more.
pub const MOST_OPEN: i64 = 20;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Looked {
    pub entry: i64,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    cause: String,
    operator: Option<String>,
    instance: Option<String>,
    about: Option<String>,
    raised_at: Timestamp,
    first_at: Timestamp,
    last_at: Timestamp,
    number: i64,
    usual: Option<i64>,
    entries: String,
    last_entry: Option<i64>,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<Timestamp>,
    acknowledged_entry: Option<i64>,
    people: String,
}

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
        raised_at: row.raised_at,
        first_at: row.first_at,
        last_at: row.last_at,
        number: row.number,
        usual: row.usual,
        entries: serde_json::from_str(&row.entries).map_err(|error| damaged(error.to_string()))?,
        people: serde_json::from_str(&row.people).map_err(|error| damaged(error.to_string()))?,
        last_entry: row.last_entry,
        acknowledged: row.acknowledged_by.zip(row.acknowledged_at).map(|(by, at)| Acknowledged {
            by: OperatorId(by),
            at,
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
        concat!(
            "select id, kind, cause, operator, instance, about, raised_at, first_at, last_at, number, usual, entries, \
             last_entry, acknowledged_by, acknowledged_at, acknowledged_entry, people from alarms where ",
            $narrowed
        )
    };
}

/// Up to which entry it was looked.
pub async fn looked(store: &Store) -> sqlx::Result<Looked> {
    on!(store, pool => sqlx::query_as("select entry, at from alarms_looked where id = 1").fetch_one(pool).await)
}

/// Keeps what a look at the entries up to one raised: once, whichever process was first; false for the others.
pub async fn keep(store: &Store, from: i64, to: i64, raised: &[Raised], now: Timestamp) -> sqlx::Result<bool> {
    const STEP: &str = "update alarms_looked set entry = $2, at = $3 where id = 1 and entry = $1";
    const KNOWN: &str = "select count(*) from alarms where cause = $1";
    const OPEN: &str = "select count(*) from alarms where kind = $1 and acknowledged_at is null";
    // What somebody acknowledged does not change any more.
    const RAISE: &str = "insert into alarms (id, kind, cause, operator, instance, about, raised_at, first_at, last_at, number, \
        usual, entries, last_entry, people) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $15) \
        on conflict (cause) do update set last_at = excluded.last_at, last_entry = excluded.last_entry, \
        number = excluded.number + case when $14 then alarms.number else 0 end, people = excluded.people \
        where alarms.acknowledged_at is null";
    const PEOPLE: &str = "select people from alarms where cause = $1";
    let mut tx = store.driver.begin_writing().await?;
    let taken = within!(&mut tx, c => sqlx::query(STEP)
        .bind(from).bind(to).bind(now.0).execute(c).await?.rows_affected());
    if taken == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    for one in raised {
        let known: i64 = within!(&mut tx, c => sqlx::query_scalar(KNOWN).bind(&one.cause).fetch_one(c).await?);
        let open: i64 = within!(&mut tx, c => sqlx::query_scalar(OPEN).bind(one.kind.name()).fetch_one(c).await?);
        let gathers = known == 0 && open >= MOST_OPEN;
        let cause = if gathers { gathered(one.kind) } else { one.cause.clone() };
        let whose = (!gathers).then_some(one);
        let people: Option<String> = if gathers {
            within!(&mut tx, c => sqlx::query_scalar(PEOPLE).bind(&cause).fetch_optional(c).await?)
        } else {
            None
        };
        let people = with_one_more(people.as_deref(), one.operator.as_ref().filter(|_| gathers))?;
        let named: Vec<i64> = one.entries.iter().copied().take(MOST_NAMED).collect();
        let named = serde_json::to_string(&named).map_err(|error| sqlx::Error::Encode(error.into()))?;
        within!(&mut tx, c => sqlx::query(RAISE)
            .bind(crate::id::fresh())
            .bind(one.kind.name())
            .bind(&cause)
            .bind(whose.and_then(|one| one.operator.as_ref()).map(|id| id.0.as_str()))
            .bind(whose.and_then(|one| one.instance.as_ref()).map(InstanceName::as_str))
            .bind(whose.and_then(|one| one.about.as_deref()))
            .bind(now.0)
            .bind(one.first_at.0)
            .bind(one.last_at.0)
            .bind(one.number)
            .bind(whose.and_then(|one| one.usual))
            .bind(&named)
            .bind(one.entries.last())
            .bind(one.adds || gathers)
            .bind(&people)
            .execute(c).await.map(|_| ())?);
    }
    tx.commit().await?;
    Ok(true)
}

/// The people of a gathered alarm, as they are kept, and one more.
fn with_one_more(people: Option<&str>, one: Option<&OperatorId>) -> sqlx::Result<String> {
    let mut people: BTreeSet<String> = match people {
        Some(people) => serde_json::from_str(people).map_err(|error| sqlx::Error::Decode(error.into()))?,
        None => BTreeSet::new(),
    };
    people.extend(one.map(|id| id.0.clone()));
    serde_json::to_string(&people).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// What goes on to be so is raised again so long after somebody took note of it.
const AGAIN: i64 = HOUR;

/// Keeps what is so now, whatever was looked at: once a cause, with how many there are by now, as long as it is open.
pub async fn raise(store: &Store, one: &Raised, now: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "insert into alarms (id, kind, cause, operator, instance, about, raised_at, first_at, last_at, number, \
        usual, entries, last_entry) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, null, $11, $12 \
        where not exists (select 1 from alarms known where known.kind = $2 and known.acknowledged_at > $13 \
        and substr(known.cause, 1, length($3) + 1) = $3 || ' ') \
        on conflict (cause) do update set last_at = excluded.last_at, number = excluded.number \
        where alarms.acknowledged_at is null";
    let entries = serde_json::to_string(&one.entries).map_err(|error| sqlx::Error::Encode(error.into()))?;
    on!(store, pool => sqlx::query(SQL)
        .bind(crate::id::fresh())
        .bind(one.kind.name())
        .bind(&one.cause)
        .bind(one.operator.as_ref().map(|id| id.0.as_str()))
        .bind(one.instance.as_ref().map(InstanceName::as_str))
        .bind(one.about.as_deref())
        .bind(now.0)
        .bind(one.first_at.0)
        .bind(one.last_at.0)
        .bind(one.number)
        .bind(&entries)
        .bind(one.entries.last())
        .bind(now.plus(-AGAIN).0)
        .execute(pool).await.map(|_| ()))
}

/// Open ones or those that were acknowledged, newest first and below an id.
pub async fn list(store: &Store, open: bool, before: Option<&str>, limit: i64) -> sqlx::Result<Vec<Alarm>> {
    const OPEN: &str = alarms!("acknowledged_at is null and ($1 = '' or id < $1) order by id desc limit $2");
    const DONE: &str = alarms!("acknowledged_at is not null and ($1 = '' or id < $1) order by id desc limit $2");
    let sql = if open { OPEN } else { DONE };
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(sql)
        .bind(before.unwrap_or_default()).bind(limit).fetch_all(pool).await?);
    rows.into_iter().map(from_row).collect()
}

/// One.
pub async fn by_id(store: &Store, id: &str) -> sqlx::Result<Option<Alarm>> {
    const SQL: &str = alarms!("id = $1");
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

/// How many are open, by kind.
pub async fn open(store: &Store) -> sqlx::Result<Vec<(AlarmKind, i64)>> {
    const SQL: &str = "select kind, count(*) from alarms where acknowledged_at is null group by kind";
    let rows: Vec<(String, i64)> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    Ok(AlarmKind::ALL
        .into_iter()
        .map(|kind| (kind, rows.iter().find(|(name, _)| name == kind.name()).map_or(0, |(_, number)| *number)))
        .collect())
}

/// Takes note of an open one; false where somebody did already. What comes again is raised anew from there on.
pub async fn acknowledge(store: &Store, alarm: &Alarm, by: &OperatorId, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "update alarms set acknowledged_by = $2, acknowledged_at = $3, acknowledged_entry = $4, \
        cause = case when $5 then cause || ' ' || id else cause end where id = $1 and acknowledged_at is null";
    let entry = store.fence.as_ref().map(|fence| fence.intent);
    let again = alarm.gathered || alarm.kind.comes_again();
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let done = sqlx::query(SQL)
            .bind(&alarm.id).bind(&by.0).bind(now.0).bind(entry).bind(again)
            .execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(done == 1)
    })
}
