//! What an instance was when it was last looked at, and whose turn it is to look.
//!
//! A part of an instance (its settings, its rules about servers) is one row: a keyed hash of the whole, which says cheaply
//! that nothing changed, and the sealed rows, which say what did.

use super::{
    Found, Store,
    claims::never,
    encode_error,
    mac::{self, Proof, Refusal, Sealed, Undated, without_entry},
    on,
    rights::SNAPSHOTS_PROVED,
};
use crate::{
    clock::Timestamp,
    id::InstanceName,
    seal::{Field, Keys},
};

/// A part's row without what is sealed; what follows says which.
macro_rules! snapshots {
    ($rest:literal) => {
        concat!(
            "select instance, part, taken_at, number, hash, cast(case when sealed is null then 0 else 1 end as bigint) as kept, mac, ",
            without_entry!(),
            " from snapshots ",
            $rest
        )
    };
}

/// A part as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whatever differs from it was changed after this.
    pub taken_at: Timestamp,
    pub number: i64,
    pub hash: String,
    /// Whether its rows are kept; they are not where they are too many.
    pub rows: bool,
    /// Whether it is what the console kept: what differs from another one is nothing that anybody did.
    pub holds: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    instance: String,
    part: String,
    taken_at: i64,
    number: i64,
    hash: String,
    /// 1 where its rows are kept, 0 where they are too many.
    kept: i64,
    /// Its code is of before that was part of it.
    #[sqlx(skip)]
    former: bool,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "snapshots";
    const WHAT: &'static str = "what was kept of";

    fn called(&self) -> String {
        owner(&self.instance, &self.part)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    /// The sealed rows open for this hash alone.
    fn fields(&self) -> Vec<Field<'_>> {
        let mut fields = vec![
            (&self.instance).into(),
            (&self.part).into(),
            self.taken_at.into(),
            self.number.into(),
            (&self.hash).into(),
        ];
        if !self.former {
            fields.push(self.kept.into());
        }
        fields
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// Whether one that was kept before its rows were part of the code is still believed: until all of them are proved in the form
/// of today, which the record says. From then on it would be an older copy that somebody put back.
async fn believes_former(store: &Store) -> sqlx::Result<bool> {
    Ok(store.ever(SNAPSHOTS_PROVED).await? == Some(false))
}

/// Whether it is what the console kept.
async fn holds(store: &Store, mut row: Row) -> sqlx::Result<bool> {
    row.former = store.wrong(&row).is_some() && believes_former(store).await?;
    Ok(store.holds(&row, true))
}

fn row(instance: &InstanceName, part: &str, taken_at: Timestamp, number: i64, hash: &str, kept: bool) -> Row {
    Row {
        instance: instance.as_str().to_owned(),
        part: part.to_owned(),
        taken_at: taken_at.0,
        number,
        hash: hash.to_owned(),
        kept: i64::from(kept),
        former: false,
        proof: Proof::default(),
    }
}

/// Those that are refused.
pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const ALL: &str = snapshots!("order by instance, part");
    let (mut rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?));
    let former = believes_former(store).await?;
    for row in &mut rows {
        row.former = former && store.wrong(row).is_some();
    }
    refused.extend(store.refusals(&rows));
    Ok(refused)
}

/// Proves in the form of today what was kept in the former one; how many. What neither is stays as it is, and is refused.
pub async fn prove_former(store: &Store) -> sqlx::Result<u64> {
    const ALL: &str = snapshots!("order by instance, part");
    const PROVE: &str = "update snapshots set mac = $3 where instance = $1 and part = $2 and mac = $4";
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?));
    let mut proved = 0;
    for mut row in rows.into_iter().filter(|row| store.wrong(row).is_some()) {
        row.former = true;
        if store.wrong(&row).is_some() {
            continue;
        }
        row.former = false;
        let mac = mac::mac(&store.keys, &row, 0);
        proved += on!(store, pool => sqlx::query(PROVE)
            .bind(&row.instance).bind(&row.part).bind(&mac).bind(&row.proof.mac).execute(pool).await?.rows_affected());
    }
    Ok(proved)
}

/// Takes the turn to look at an instance, if it is time: one process gets it.
pub async fn claim(store: &Store, instance: &InstanceName, now: Timestamp, next: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "insert into snapshot_turns (instance, due_at) values ($1, $3) \
        on conflict (instance) do update set due_at = excluded.due_at \
        where snapshot_turns.due_at <= $2 or snapshot_turns.due_at > $4";
    let claimed = on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(now.0).bind(next.0)
        .bind(never(now, next.since(now))).execute(pool).await?.rows_affected());
    Ok(claimed == 1)
}

/// Says when the next turn is due, where this one came to nothing.
pub async fn due(store: &Store, instance: &InstanceName, at: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "update snapshot_turns set due_at = $2 where instance = $1";
    on!(store, pool => sqlx::query(SQL).bind(instance.as_str()).bind(at.0).execute(pool).await.map(|_| ()))
}

/// Brings the next turn forward: what was just done here is to be kept before somebody does otherwise elsewhere.
pub async fn soon(store: &Store, instance: &InstanceName, at: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "update snapshot_turns set due_at = $2 where instance = $1 and due_at > $2";
    on!(store, pool => sqlx::query(SQL).bind(instance.as_str()).bind(at.0).execute(pool).await.map(|_| ()))
}

/// A part as it was kept, without its rows.
pub async fn read(store: &Store, instance: &InstanceName, part: &str) -> sqlx::Result<Option<Snapshot>> {
    const SQL: &str = snapshots!("where instance = $1 and part = $2");
    const UNREADABLE: &str = "delete from snapshots where instance = $1 and part = $2";
    let found: Option<Found<Row>> = on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(part).fetch_optional(pool).await?);
    let there = found.is_some();
    let Some(row) = store.read_one(found) else {
        // As one that was taken away: this look is the first, and is kept.
        if there {
            on!(store, pool => sqlx::query(UNREADABLE).bind(instance.as_str()).bind(part).execute(pool).await.map(|_| ())?);
        }
        return Ok(None);
    };
    Ok(Some(kept(store, row).await?))
}

async fn kept(store: &Store, row: Row) -> sqlx::Result<Snapshot> {
    Ok(Snapshot {
        taken_at: Timestamp(row.taken_at),
        number: row.number,
        rows: row.kept != 0,
        hash: row.hash.clone(),
        holds: holds(store, row).await?,
    })
}

fn owner(instance: &str, part: &str) -> String {
    format!("{instance} {part}")
}

/// Whose the sealed rows are: of this part as it was when it had this hash.
fn of(instance: &InstanceName, part: &str, hash: &str) -> String {
    format!("{} {hash}", owner(instance.as_str(), part))
}

/// The rows of a part, opened; `None` where they were too many to keep.
pub async fn rows(store: &Store, keys: &Keys, instance: &InstanceName, part: &str) -> sqlx::Result<Option<String>> {
    const SQL: &str = "select hash, sealed from snapshots where instance = $1 and part = $2";
    let row: Option<(String, Option<String>)> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(part).fetch_optional(pool).await?));
    let Some((hash, Some(sealed))) = row else { return Ok(None) };
    keys.open_text("snapshot", &of(instance, part, &hash), &sealed)
        .map(Some)
        .ok_or_else(|| sqlx::Error::Decode("a snapshot does not open; is `secret_key` the right one?".into()))
}

/// Proves those from before they were proved at all.
pub async fn seal_former(store: &Store, keys: &Keys) -> sqlx::Result<()> {
    const FORMER: &str = "select instance, part, taken_at, number, hash, sealed from snapshots where mac is null";
    const SEAL: &str = "update snapshots set mac = $3, sealed = $4 where instance = $1 and part = $2 and mac is null";
    type Former = (String, String, i64, i64, String, Option<String>);
    let former: Vec<Former> = store.read(on!(store, pool => sqlx::query_as(FORMER).fetch_all(pool).await?));
    for (instance, part, taken_at, number, hash, sealed) in former {
        let Ok(name) = instance.parse::<InstanceName>() else { continue };
        let opened = sealed.and_then(|sealed| keys.open_text("snapshot", &owner(&instance, &part), &sealed));
        let sealed = opened.map(|rows| keys.seal_text("snapshot", &of(&name, &part, &hash), &rows)).transpose();
        let sealed = sealed.map_err(encode_error)?;
        let mac = mac::mac(keys, &row(&name, &part, Timestamp(taken_at), number, &hash, sealed.is_some()), 0);
        on!(store, pool => sqlx::query(SEAL).bind(&instance).bind(&part).bind(&mac).bind(&sealed)
            .execute(pool).await.map(|_| ())?);
    }
    Ok(())
}

/// Keeps a part with its rows, in the place of the one of that moment; false if another process was quicker.
pub async fn keep(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    part: &str,
    before: Option<Timestamp>,
    kept: &Snapshot,
    rows: Option<&str>,
) -> sqlx::Result<bool> {
    const INSERT: &str = "insert into snapshots (instance, part, taken_at, number, hash, sealed, mac) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (instance, part) do nothing";
    const REPLACE: &str = "update snapshots set taken_at = $3, number = $4, hash = $5, sealed = $6, mac = $7 \
        where instance = $1 and part = $2 and taken_at = $8";
    let owner = of(instance, part, &kept.hash);
    let sealed = rows.map(|rows| keys.seal_text("snapshot", &owner, rows)).transpose().map_err(encode_error)?;
    let mac = mac::mac(keys, &row(instance, part, kept.taken_at, kept.number, &kept.hash, rows.is_some()), 0);
    let written = on!(store, pool => {
        let query = sqlx::query(if before.is_some() { REPLACE } else { INSERT })
            .bind(instance.as_str()).bind(part).bind(kept.taken_at.0).bind(kept.number).bind(&kept.hash).bind(&sealed).bind(&mac);
        match before {
            Some(before) => query.bind(before.0).execute(pool).await?.rows_affected(),
            None => query.execute(pool).await?.rows_affected(),
        }
    });
    Ok(written == 1)
}

/// Says that a part was looked at and is as it was.
pub async fn same(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    part: &str,
    kept: &Snapshot,
    taken_at: Timestamp,
) -> sqlx::Result<()> {
    const SQL: &str = "update snapshots set taken_at = $3, mac = $4 \
        where instance = $1 and part = $2 and taken_at < $3 and number = $5 and hash = $6 \
        and case when sealed is null then 0 else 1 end = $7";
    let mac = mac::mac(keys, &row(instance, part, taken_at, kept.number, &kept.hash, kept.rows), 0);
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str())
        .bind(part)
        .bind(taken_at.0)
        .bind(&mac)
        .bind(kept.number)
        .bind(&kept.hash)
        .bind(i32::from(kept.rows))
        .execute(pool).await.map(|_| ()))
}

/// All parts of an instance as they were kept, by their names, without their rows.
pub async fn all(store: &Store, instance: &InstanceName) -> sqlx::Result<Vec<(String, Snapshot)>> {
    const SQL: &str = snapshots!("where instance = $1 order by part");
    let rows: Vec<Row> =
        store.read(on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_all(pool).await?));
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push((row.part.clone(), kept(store, row).await?));
    }
    Ok(all)
}
