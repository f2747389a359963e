//! Changes of who may sign up that the instance's caches are not yet seen to agree with: kept until they are, across restarts.
//! Each row is proved, but for when it is looked at next.

use super::{
    Store,
    claims::{Tries, never},
    mac::{self, Proof, Sealed, Undated, proved_table, without_entry},
    on,
    transaction::unchanged,
};
use crate::{
    clock::{MINUTE, Timestamp},
    id::InstanceName,
    nouns::registrations::RegistrationsMode,
    seal::{Field, Keys},
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
    #[sqlx(rename = "of_entry")]
    entry: i64,
    mode: String,
    since: i64,
    tries: i64,
    next_at: i64,
    forgotten_at: Option<i64>,
    recorded: i64,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "settling";
    const WHAT: &'static str = "the change of registrations that waits to be seen";

    fn called(&self) -> String {
        format!("on {}", self.instance)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.instance).into(),
            self.entry.into(),
            (&self.mode).into(),
            self.since.into(),
            (&self.forgotten_at).into(),
            self.recorded.into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// The columns of a change with its proof.
macro_rules! columns {
    () => {
        concat!(
            "instance, entry as of_entry, mode, since, tries, next_at, forgotten_at, recorded, mac, ",
            without_entry!()
        )
    };
}

fn read(row: Row) -> Option<Settling> {
    Some(Settling {
        instance: row.instance.parse().ok()?,
        entry: row.entry,
        mode: row.mode.parse().ok()?,
        since: Timestamp(row.since),
        tries: row.tries,
        next_at: Timestamp(row.next_at),
        forgotten_at: row.forgotten_at.map(Timestamp),
        recorded: row.recorded != 0,
    })
}

/// Remembers a change before it is made; the one before it on that instance is history.
pub async fn begin(
    store: &Store,
    instance: &InstanceName,
    entry: i64,
    mode: RegistrationsMode,
    now: Timestamp,
    next: Timestamp,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into settling (instance, entry, mode, since, tries, next_at, forgotten_at, recorded, mac) \
        values ($1, $2, $3, $4, 0, $5, null, 0, $6) on conflict (instance) do update set entry = excluded.entry, \
        mode = excluded.mode, since = excluded.since, tries = 0, next_at = excluded.next_at, forgotten_at = null, \
        recorded = 0, mac = excluded.mac";
    let row = Row {
        instance: instance.as_str().to_owned(),
        entry,
        mode: mode.stored().to_owned(),
        since: now.0,
        tries: 0,
        next_at: next.0,
        forgotten_at: None,
        recorded: 0,
        proof: Proof::default(),
    };
    on!(store, pool => sqlx::query(SQL)
        .bind(&row.instance)
        .bind(row.entry)
        .bind(&row.mode)
        .bind(row.since)
        .bind(row.next_at)
        .bind(mac::mac(&store.keys, &row, 0))
        .execute(pool).await.map(|_| ()))
}

/// What is not yet seen everywhere on an instance.
pub async fn of(store: &Store, instance: &InstanceName) -> sqlx::Result<Option<Settling>> {
    const SQL: &str = concat!("select ", columns!(), " from settling where instance = $1");
    let found: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).fetch_optional(pool).await?));
    Ok(found.filter(|row| store.holds(row, row.instance == instance.as_str())).and_then(read))
}

/// Nothing is put off for longer.
pub const LONGEST_PAUSE: i64 = MINUTE;

/// What is to be looked at now (one row an instance): also what was put off by a clock that has been set back since.
pub async fn due(store: &Store, now: Timestamp) -> sqlx::Result<Vec<Settling>> {
    const SQL: &str =
        concat!("select ", columns!(), " from settling where next_at <= $1 or next_at > $2 order by next_at");
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(never(now, LONGEST_PAUSE)).fetch_all(pool).await?));
    Ok(rows.into_iter().filter(|row| store.holds(row, true)).filter_map(read).collect())
}

const LOOKS: Tries =
    Tries { table: "settling", key: "instance || ' ' || cast(entry as text)", at: "next_at", untaken: "tries = $3" };

/// Claims one look: true for one process at a time. Nobody looks again before `next`.
pub async fn claim(store: &Store, settling: &Settling, next: Timestamp) -> sqlx::Result<bool> {
    LOOKS.take(store, &format!("{} {}", settling.instance, settling.entry), settling.tries, next).await
}

/// Changes one that holds: what is proved of it, and nothing else.
async fn change(
    store: &Store,
    instance: &InstanceName,
    entry: i64,
    changed: impl FnOnce(Row) -> Row,
) -> sqlx::Result<()> {
    const LOCK: &str =
        concat!("update settling set mac = mac where instance = $1 and entry = $2 returning ", columns!());
    const SQL: &str =
        "update settling set forgotten_at = $3, recorded = $4, mac = $5 where instance = $1 and entry = $2";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let row: Option<Row> =
            store.read_one(sqlx::query_as(LOCK).bind(instance.as_str()).bind(entry).fetch_optional(&mut *tx).await?);
        let asked = |row: &Row| row.instance == instance.as_str() && row.entry == entry;
        let Some(row) = row.filter(|row| store.holds(row, asked(row))) else { unchanged!(tx, ()) };
        let row = changed(row);
        sqlx::query(SQL)
            .bind(&row.instance).bind(row.entry).bind(row.forgotten_at).bind(row.recorded)
            .bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        tx.commit().await
    })
}

/// The caches confirmed that they forgot.
pub async fn forgotten(store: &Store, settling: &Settling, at: Timestamp) -> sqlx::Result<()> {
    change(store, &settling.instance, settling.entry, |row| Row { forgotten_at: Some(at.0), ..row }).await
}

/// The record says by now that it is not seen everywhere.
pub async fn recorded(store: &Store, instance: &InstanceName, entry: i64) -> sqlx::Result<()> {
    change(store, instance, entry, |row| Row { recorded: 1, ..row }).await
}

proved_table!(Row, "settling", columns!(), "instance", "instance = $2", |row| &row.instance);

/// It is seen everywhere, was not made, or is given up. True exactly once.
pub async fn end(store: &Store, instance: &InstanceName, entry: i64) -> sqlx::Result<bool> {
    const SQL: &str = "delete from settling where instance = $1 and entry = $2";
    let gone = on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(entry).execute(pool).await?.rows_affected());
    Ok(gone == 1)
}
