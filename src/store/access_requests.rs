//! People who asked the staff for access. What they said of themselves is sealed, and destroyed some time after the decision.
//! Each row is proved as a whole: what became of a request is what the console wrote.

use super::{
    Refusal, Store, Wrong, each, encode_error,
    fence::begin,
    mac::{self, Proof, Sealed, Undated, without_entry},
    on,
    transaction::unchanged,
};
use crate::{
    clock::{DAY, Timestamp},
    id::{InstanceName, InviteId, OperatorId},
    nouns::invitations::RequestState,
    seal::{Field, Keys},
};
use serde::{Deserialize, Serialize};

/// How long what somebody said is kept after the decision, or after it was written down where nobody decides.
pub const KEPT: i64 = 180 * DAY;

/// What is personal about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub who: String,
    pub organisation: String,
    pub contact: String,
    pub why: String,
    /// A person of the console by name, or an account by its handle.
    pub voucher: String,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRequest {
    /// ULID
    pub id: String,
    pub instance: InstanceName,
    /// Who wrote it down; empty where it came by the public form.
    pub operator: OperatorId,
    /// How many accounts they ask for.
    pub accounts: i32,
    /// `None` once destroyed.
    pub told: Option<Told>,
    pub state: RequestState,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<OperatorId>,
    /// The words of a refusal; `None` once destroyed.
    pub answer: Option<String>,
    /// The invitation issued for it.
    pub invite: Option<InviteId>,
}

const PURPOSE: &str = "access request";

fn damaged(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("an access request: {what}").into())
}

/// Whose words they are: of this request on this instance.
fn whose(id: &str, instance: &str) -> String {
    format!("{id} {instance}")
}

#[derive(Clone, sqlx::FromRow)]
struct Row {
    id: String,
    instance: String,
    operator: String,
    accounts: i64,
    sealed_told: Option<String>,
    state: String,
    created_at: i64,
    decided_at: Option<i64>,
    decided_by: Option<String>,
    sealed_answer: Option<String>,
    invite: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "access_requests";
    const WHAT: &'static str = "the access request";

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
            self.accounts.into(),
            (&self.sealed_told).into(),
            (&self.state).into(),
            self.created_at.into(),
            (&self.decided_at).into(),
            (&self.decided_by).into(),
            (&self.sealed_answer).into(),
            (&self.invite).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// The columns of a request with its proof.
macro_rules! columns {
    () => {
        concat!(
            "id, instance, operator, accounts, sealed_told, state, created_at, decided_at, decided_by, sealed_answer, \
             invite, mac, ",
            without_entry!()
        )
    };
}

macro_rules! request {
    ($rest:literal) => {
        concat!("select ", columns!(), " from access_requests ", $rest)
    };
}

/// Stores a request that waits.
pub async fn insert(store: &Store, keys: &Keys, request: &AccessRequest) -> sqlx::Result<()> {
    const SQL: &str = "insert into access_requests (id, instance, operator, accounts, sealed_told, state, created_at, mac) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let text = serde_json::to_string(&request.told).map_err(encode_error)?;
    let told = keys.seal_text(PURPOSE, &whose(&request.id, request.instance.as_str()), &text).map_err(encode_error)?;
    let row = Row {
        id: request.id.clone(),
        instance: request.instance.as_str().to_owned(),
        operator: request.operator.0.clone(),
        accounts: i64::from(request.accounts),
        sealed_told: Some(told),
        state: request.state.name().to_owned(),
        created_at: request.created_at.0,
        decided_at: None,
        decided_by: None,
        sealed_answer: None,
        invite: None,
        proof: Proof::default(),
    };
    let mac = mac::mac(keys, &row, 0);
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
            .bind(&row.id).bind(&row.instance).bind(&row.operator).bind(row.accounts).bind(&row.sealed_told)
            .bind(&row.state).bind(row.created_at).bind(&mac)
            .execute(&mut *tx).await?;
        tx.commit().await
    })
}

fn from_row(keys: &Keys, row: Row) -> sqlx::Result<AccessRequest> {
    let whose = whose(&row.id, &row.instance);
    let open =
        |sealed: String| keys.open_text(PURPOSE, &whose, &sealed).ok_or_else(|| damaged("its words do not open"));
    let told = match row.sealed_told {
        Some(sealed) => serde_json::from_str(&open(sealed)?).map_err(|error| damaged(&error.to_string()))?,
        None => None,
    };
    Ok(AccessRequest {
        answer: row.sealed_answer.map(open).transpose()?,
        told,
        instance: InstanceName::try_from(row.instance).map_err(|error| damaged(&error))?,
        operator: OperatorId(row.operator),
        accounts: i32::try_from(row.accounts).map_err(encode_error)?,
        state: row.state.parse().map_err(|()| damaged("a state nobody knows"))?,
        created_at: Timestamp(row.created_at),
        decided_at: row.decided_at.map(Timestamp),
        decided_by: row.decided_by.map(OperatorId),
        invite: row.invite.map(InviteId),
        id: row.id,
    })
}

pub async fn by_id(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<AccessRequest>> {
    const SQL: &str = request!("where id = $1");
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL).bind(id), pool));
    Ok(readable(store, keys, rows, |row| row.id == id).pop())
}

/// The request an invitation was issued for.
pub async fn by_invite(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    invite: InviteId,
) -> sqlx::Result<Option<AccessRequest>> {
    const SQL: &str = request!("where instance = $1 and invite = $2 order by id limit 1");
    let rows: Vec<sqlx::Result<Row>> =
        on!(store, pool => each!(Row, sqlx::query(SQL).bind(instance.as_str()).bind(invite.0), pool));
    let asked = |row: &Row| row.instance == instance.as_str() && row.invite == Some(invite.0);
    Ok(readable(store, keys, rows, asked).pop())
}

/// Requests of one state below an id, newest first.
pub async fn list(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    state: RequestState,
    before: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<AccessRequest>> {
    // Every ULID is below this.
    const SQL: &str = request!(
        "where instance = $1 and state = $2 and id < coalesce($3, 'ZZZZZZZZZZZZZZZZZZZZZZZZZZZ') order by id desc limit $4"
    );
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL)
        .bind(instance.as_str()).bind(state.name()).bind(before).bind(limit), pool));
    let asked = |row: &Row| row.instance == instance.as_str() && row.state == state.name();
    Ok(readable(store, keys, rows, asked))
}

/// Those that hold, were asked for, and can be read.
fn readable(
    store: &Store,
    keys: &Keys,
    rows: Vec<sqlx::Result<Row>>,
    asked: impl Fn(&Row) -> bool,
) -> Vec<AccessRequest> {
    let rows = held(store, rows, asked).into_iter();
    rows.filter_map(|row| store.readable(&mac::called(&row), from_row(keys, row))).collect()
}

/// Those that hold and were asked for.
fn held(store: &Store, rows: Vec<sqlx::Result<Row>>, asked: impl Fn(&Row) -> bool) -> Vec<Row> {
    let rows = rows.into_iter().filter_map(|row| store.readable("an access request", row));
    rows.filter(|row| store.holds(row, asked(row))).collect()
}

/// Those that do not hold or cannot be read, of the newest.
pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = request!("order by id desc limit 1000");
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL), pool));
    let refused = rows.into_iter().filter_map(|row| {
        let Ok(row) = row else { return Some(("an access request".to_owned(), Wrong::Unreadable)) };
        let (called, wrong) = (mac::called(&row), store.wrong(&row));
        let wrong = wrong.or_else(|| from_row(&store.keys, row).err().map(|_| Wrong::Unreadable));
        wrong.map(|wrong| (called, wrong))
    });
    Ok(refused.map(|(row, wrong)| Refusal { row, wrong }).collect())
}

async fn all_waiting(store: &Store, instance: &InstanceName, limit: i64) -> sqlx::Result<Vec<Row>> {
    const SQL: &str = request!("where instance = $1 and state = 'waiting' order by created_at limit $2");
    let rows: Vec<sqlx::Result<Row>> =
        on!(store, pool => each!(Row, sqlx::query(SQL).bind(instance.as_str()).bind(limit), pool));
    Ok(held(store, rows, |row| row.instance == instance.as_str() && row.state == RequestState::Waiting.name()))
}

/// How many wait, up to a limit.
pub async fn waiting(store: &Store, instance: &InstanceName, limit: i64) -> sqlx::Result<i64> {
    Ok(i64::try_from(all_waiting(store, instance, limit).await?.len()).unwrap_or(i64::MAX))
}

/// Since when the oldest request waits, if any does.
pub async fn oldest_waiting(store: &Store, instance: &InstanceName) -> sqlx::Result<Option<Timestamp>> {
    Ok(all_waiting(store, instance, MOST_READ).await?.first().map(|row| Timestamp(row.created_at)))
}

/// A request, locked for the transaction that changes it.
const LOCK: &str = concat!("update access_requests set mac = mac where id = $1 returning ", columns!());
/// Writes what became of it.
const DECIDE: &str = "update access_requests set state = $2, sealed_told = $3, sealed_answer = $4, decided_by = $5, \
    decided_at = $6, invite = $7, mac = $8 where id = $1";

/// Writes what a request is from here on, within the transaction that has locked it.
macro_rules! decide {
    ($store:ident, $tx:ident, $row:expr) => {{
        let row: &Row = $row;
        sqlx::query(DECIDE)
            .bind(&row.id)
            .bind(&row.state)
            .bind(&row.sealed_told)
            .bind(&row.sealed_answer)
            .bind(&row.decided_by)
            .bind(row.decided_at)
            .bind(row.invite)
            .bind(mac::mac(&$store.keys, row, 0))
            .execute(&mut *$tx)
            .await?;
    }};
}

fn waits(store: &Store, row: &Row, asked: bool) -> bool {
    store.holds(row, asked) && row.state == RequestState::Waiting.name()
}

/// Refuses a request that waits, with these words; false if it waits no more.
pub async fn refuse(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    id: &str,
    answer: &str,
    by: &OperatorId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let sealed = keys.seal_text(PURPOSE, &whose(id, instance.as_str()), answer).map_err(encode_error)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(id).fetch_optional(&mut *tx).await?);
        let row = row.filter(|row| row.instance == instance.as_str() && waits(store, row, row.id == id));
        let Some(row) = row else { unchanged!(tx, false) };
        let row = Row {
            state: RequestState::Refused.name().to_owned(),
            sealed_answer: Some(sealed),
            decided_by: Some(by.0.clone()),
            decided_at: Some(now.0),
            ..row
        };
        decide!(store, tx, &row);
        tx.commit().await?;
        Ok(true)
    })
}

/// Notes the invitation that was issued for a request that waits; false if it waits no more.
pub async fn set_invited(
    store: &Store,
    id: &str,
    invite: InviteId,
    by: Option<&OperatorId>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(id).fetch_optional(&mut *tx).await?);
        let Some(row) = row.filter(|row| waits(store, row, row.id == id)) else { unchanged!(tx, false) };
        let row = Row {
            state: RequestState::Invited.name().to_owned(),
            invite: Some(invite.0),
            decided_by: by.map(|by| by.0.clone()),
            decided_at: Some(now.0),
            ..row
        };
        decide!(store, tx, &row);
        tx.commit().await?;
        Ok(true)
    })
}

/// So many are read at once.
const MOST_READ: i64 = 1_000;

/// Destroys what was said in requests decided before an instant, or written down before it and never decided: those have
/// lapsed. That there was a request, and its outcome, stay. Of one that does not hold the words go as well.
pub async fn forget_old(store: &Store, before: Timestamp) -> sqlx::Result<u64> {
    const OLD: &str = "select id from access_requests where coalesce(decided_at, created_at) <= $1 \
        and (sealed_told is not null or sealed_answer is not null) order by id limit $2";
    const DESTROY: &str = "update access_requests set sealed_told = null, sealed_answer = null where id = $1";
    on!(store, pool => {
        let old: Vec<String> = sqlx::query_scalar(OLD).bind(before.0).bind(MOST_READ).fetch_all(pool).await?;
        let mut destroyed = 0;
        for id in old {
            let mut tx = pool.begin().await?;
            let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(&id).fetch_optional(&mut *tx).await?);
            let Some(row) = row else { continue };
            if row.decided_at.unwrap_or(row.created_at) > before.0 {
                continue;
            }
            if store.holds(&row, row.id == id) {
                let mut row = Row { sealed_told: None, sealed_answer: None, ..row };
                if row.state == RequestState::Waiting.name() {
                    row.state = RequestState::Lapsed.name().to_owned();
                }
                decide!(store, tx, &row);
            } else {
                sqlx::query(DESTROY).bind(&id).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            destroyed += 1;
        }
        Ok(destroyed)
    })
}

/// Proves those from before each was proved; how many. What cannot be read is left.
pub(super) async fn prove_former(store: &Store) -> sqlx::Result<u64> {
    const FORMER: &str = request!("where mac is null");
    const SEAL: &str = "update access_requests set mac = $2 where id = $1 and mac is null";
    let former: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(FORMER), pool));
    let mut proved = 0;
    for row in former.into_iter().flatten() {
        let mac = mac::mac(&store.keys, &row, 0);
        proved += on!(store, pool => sqlx::query(SEAL).bind(&row.id).bind(mac).execute(pool).await?.rows_affected());
    }
    Ok(proved)
}

/// Binds what was said before to the instance it is of, once: what is not bound by then does not open any more.
pub(super) async fn seal_former(store: &Store, keys: &Keys) -> sqlx::Result<()> {
    const ALL: &str = "select id, instance, sealed_told, sealed_answer from access_requests \
        where sealed_told is not null or sealed_answer is not null";
    const SEAL: &str = "update access_requests set sealed_told = $2, sealed_answer = $3 where id = $1 \
        and sealed_told is not distinct from $4 and sealed_answer is not distinct from $5";
    type Former = (String, String, Option<String>, Option<String>);
    let all: Vec<Former> = store.read(on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?));
    for (id, instance, told, answer) in all {
        let anew = |former: &Option<String>| -> sqlx::Result<Option<String>> {
            let Some(former) = former else { return Ok(None) };
            let Some(said) = keys.open_text(PURPOSE, &id, former) else { return Ok(Some(former.clone())) };
            keys.seal_text(PURPOSE, &whose(&id, &instance), &said).map(Some).map_err(encode_error)
        };
        let sealed = (anew(&told)?, anew(&answer)?);
        on!(store, pool => sqlx::query(SEAL).bind(&id).bind(&sealed.0).bind(&sealed.1).bind(&told).bind(&answer)
            .execute(pool).await.map(|_| ())?);
    }
    Ok(())
}
