//! People who asked the staff for access. What they said of themselves is sealed, and destroyed some time after the decision.

use super::{Refusal, Store, Wrong, each, encode_error, fence::begin, on};
use crate::{
    clock::{DAY, Timestamp},
    id::{InstanceName, InviteId, OperatorId},
    nouns::invitations::RequestState,
    seal::Keys,
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

/// Stores a request that waits.
pub async fn insert(store: &Store, keys: &Keys, request: &AccessRequest) -> sqlx::Result<()> {
    const SQL: &str = "insert into access_requests (id, instance, operator, accounts, sealed_told, state, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    let text = serde_json::to_string(&request.told).map_err(encode_error)?;
    let told = keys.seal_text(PURPOSE, &whose(&request.id, request.instance.as_str()), &text).map_err(encode_error)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
            .bind(&request.id).bind(request.instance.as_str()).bind(&request.operator.0)
            .bind(i64::from(request.accounts)).bind(&told).bind(request.state.name()).bind(request.created_at.0)
            .execute(&mut *tx).await?;
        tx.commit().await
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    instance: String,
    operator: OperatorId,
    accounts: i64,
    sealed_told: Option<String>,
    state: String,
    created_at: Timestamp,
    decided_at: Option<Timestamp>,
    decided_by: Option<OperatorId>,
    sealed_answer: Option<String>,
    invite: Option<InviteId>,
}

fn from_row(keys: &Keys, row: Row) -> sqlx::Result<AccessRequest> {
    let whose = whose(&row.id, &row.instance);
    let open = |sealed: String| {
        // A process of before the words were bound to the instance may have written last.
        let opened = keys.open_text(PURPOSE, &whose, &sealed).or_else(|| keys.open_text(PURPOSE, &row.id, &sealed));
        opened.ok_or_else(|| damaged("its words do not open"))
    };
    let told = match row.sealed_told {
        Some(sealed) => serde_json::from_str(&open(sealed)?).map_err(|error| damaged(&error.to_string()))?,
        None => None,
    };
    Ok(AccessRequest {
        answer: row.sealed_answer.map(open).transpose()?,
        told,
        instance: InstanceName::try_from(row.instance).map_err(|error| damaged(&error))?,
        operator: row.operator,
        accounts: i32::try_from(row.accounts).map_err(encode_error)?,
        state: row.state.parse().map_err(|()| damaged("a state nobody knows"))?,
        created_at: row.created_at,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        invite: row.invite,
        id: row.id,
    })
}

macro_rules! request {
    ($rest:literal) => {
        concat!(
            "select id, instance, operator, accounts, sealed_told, state, created_at, decided_at, decided_by, \
             sealed_answer, invite from access_requests ",
            $rest
        )
    };
}

pub async fn by_id(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<AccessRequest>> {
    const SQL: &str = request!("where id = $1");
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL).bind(id), pool));
    Ok(readable(store, keys, rows).pop())
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
    Ok(readable(store, keys, rows).pop())
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
    Ok(readable(store, keys, rows))
}

/// Those that can be read.
fn readable(store: &Store, keys: &Keys, rows: Vec<sqlx::Result<Row>>) -> Vec<AccessRequest> {
    let read = |row: sqlx::Result<Row>| match row {
        Ok(row) => store.readable(&called(&row.id), from_row(keys, row)),
        Err(error) => store.readable("an access request", Err(error)),
    };
    rows.into_iter().filter_map(read).collect()
}

fn called(id: &str) -> String {
    format!("the access request {id}")
}

/// Those that cannot be read, of the newest.
pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = request!("order by id desc limit 1000");
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL), pool));
    let unreadable = rows.into_iter().filter_map(|row| match row {
        Ok(row) => {
            let called = called(&row.id);
            from_row(&store.keys, row).err().map(|_| called)
        }
        Err(_) => Some("an access request".to_owned()),
    });
    Ok(unreadable.map(|row| Refusal { row, wrong: Wrong::Unreadable }).collect())
}

/// How many wait, up to a limit.
pub async fn waiting(store: &Store, instance: &InstanceName, limit: i64) -> sqlx::Result<i64> {
    const SQL: &str =
        "select count(*) from (select id from access_requests where instance = $1 and state = 'waiting' limit $2) w";
    on!(store, pool => sqlx::query_scalar(SQL).bind(instance.as_str()).bind(limit).fetch_one(pool).await)
}

/// Since when the oldest request waits, if any does.
pub async fn oldest_waiting(store: &Store, instance: &InstanceName) -> sqlx::Result<Option<Timestamp>> {
    const SQL: &str = "select created_at from access_requests where instance = $1 and state = 'waiting' \
        order by created_at limit 1";
    let oldest: Option<i64> =
        on!(store, pool => sqlx::query_scalar(SQL).bind(instance.as_str()).fetch_optional(pool).await?);
    Ok(oldest.map(Timestamp))
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
    const SQL: &str = "update access_requests set state = 'refused', sealed_answer = $2, decided_by = $3, decided_at = $4 \
        where id = $1 and instance = $5 and state = 'waiting'";
    let sealed = keys.seal_text(PURPOSE, &whose(id, instance.as_str()), answer).map_err(encode_error)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let changed = sqlx::query(SQL)
            .bind(id).bind(&sealed).bind(&by.0).bind(now.0).bind(instance.as_str())
            .execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(changed == 1)
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
    const SQL: &str = "update access_requests set state = 'invited', invite = $2, decided_by = $3, decided_at = $4 \
        where id = $1 and state = 'waiting'";
    let changed = on!(store, pool => sqlx::query(SQL)
        .bind(id).bind(invite.0).bind(by.map(|by| &by.0)).bind(now.0).execute(pool).await?.rows_affected());
    Ok(changed == 1)
}

/// Destroys what was said in requests decided before an instant, or written down before it and never decided: those have
/// lapsed. That there was a request, and its outcome, stay.
pub async fn forget_old(store: &Store, before: Timestamp) -> sqlx::Result<u64> {
    const SQL: &str = "update access_requests set sealed_told = null, sealed_answer = null, \
        state = case state when 'waiting' then 'lapsed' else state end \
        where coalesce(decided_at, created_at) <= $1 and sealed_told is not null";
    on!(store, pool => sqlx::query(SQL).bind(before.0).execute(pool).await.map(|done| done.rows_affected()))
}

/// Binds what was said before to the instance it is of. What an older process writes meanwhile stays as that wrote it.
pub(super) async fn seal_former(store: &Store, keys: &Keys) -> sqlx::Result<()> {
    const ALL: &str = "select id, instance, sealed_told, sealed_answer from access_requests \
        where sealed_told is not null or sealed_answer is not null";
    const SEAL: &str = "update access_requests set sealed_told = $2, sealed_answer = $3 where id = $1 \
        and sealed_told is not distinct from $4 and sealed_answer is not distinct from $5";
    type Former = (String, String, Option<String>, Option<String>);
    let all: Vec<Former> = on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
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
