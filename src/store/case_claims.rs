//! Who holds a case: uniquely, in the console, and for ten minutes from the last time they were at it.
//! Whoever was at it in the future, by a clock that has been set back since, holds it no more.

use super::{Refusal, Store, Wrong, each, fence::begin, on};
use crate::{
    clock::{LARGEST_SKEW, MINUTE, Timestamp},
    id::{AccountId, InstanceName, OperatorId},
    seal::{Keys, SealError},
};
use serde::{Deserialize, Serialize};

/// How long a case stays somebody's who does nothing about it.
pub const CLAIM_TIME: i64 = 10 * MINUTE;

/// Somebody's claim on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseClaim {
    pub account: AccountId,
    pub operator: OperatorId,
    pub since: Timestamp,
    /// When the holder was last at it.
    pub seen_at: Timestamp,
    /// What came with it when it was handed over, sealed.
    pub note: Option<String>,
}

/// What somebody says who hands a case over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedNote {
    pub by: OperatorId,
    pub text: String,
}

const PURPOSE: &str = "case note";

/// Whose case it came with: it opens with no other, of whatever instance.
fn whose(instance: &str, account: &str) -> String {
    format!("{instance} {account}")
}

/// Seals what is said when a case is handed over.
///
/// # Errors
/// If the cipher refuses.
pub fn seal_note(
    keys: &Keys,
    instance: &InstanceName,
    account: AccountId,
    note: &HandedNote,
) -> Result<String, SealError> {
    let text = serde_json::to_string(note).map_err(|_| SealError)?;
    keys.seal_text(PURPOSE, &whose(instance.as_str(), &account.to_string()), &text)
}

/// Opens what came with a case; `None` where it is of another.
pub fn open_note(keys: &Keys, instance: &InstanceName, account: AccountId, sealed: &str) -> Option<HandedNote> {
    let text = keys.open_text(PURPOSE, &whose(instance.as_str(), &account.to_string()), sealed)?;
    serde_json::from_str(&text).ok()
}

/// Binds the notes of before to the instance they are of. They had the name of who wrote them in front.
pub(super) async fn seal_former(store: &Store, keys: &Keys) -> sqlx::Result<()> {
    const ALL: &str = "select instance, account, sealed_note from case_holds where sealed_note is not null";
    const NAMES: &str = "select id, name from operators";
    const SEAL: &str =
        "update case_holds set sealed_note = $4 where instance = $1 and account = $2 and sealed_note = $3";
    let all: Vec<(String, String, String)> = store.read(on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?));
    if all.is_empty() {
        return Ok(());
    }
    let people: Vec<(String, String)> = store.read(on!(store, pool => sqlx::query_as(NAMES).fetch_all(pool).await?));
    for (instance, account, former) in all {
        let Some(said) = keys.open_text(PURPOSE, &account, &former) else { continue };
        let by = people.iter().find_map(|(id, name)| Some((id, said.strip_prefix(name)?.strip_prefix(": ")?)));
        let (by, text) = by.map_or((String::new(), said.as_str()), |(id, text)| (id.clone(), text));
        let note = HandedNote { by: OperatorId(by), text: text.to_owned() };
        let text = serde_json::to_string(&note).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let sealed = keys.seal_text(PURPOSE, &whose(&instance, &account), &text);
        let sealed = sealed.map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        on!(store, pool => sqlx::query(SEAL)
            .bind(&instance).bind(&account).bind(&former).bind(&sealed).execute(pool).await.map(|_| ())?);
    }
    Ok(())
}

/// Takes a case that is nobody's, or nobody's any more; true if this person holds it now, whether since now or before.
pub async fn claim(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    operator: &OperatorId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "insert into case_holds (instance, account, operator, since, seen_at) values ($1, $2, $3, $4, $4) \
        on conflict (instance, account) do update set operator = excluded.operator, since = excluded.since, \
        seen_at = excluded.seen_at, sealed_note = null where case_holds.seen_at <= $5 or case_holds.seen_at > $6";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(&operator.0).bind(now.0).bind(now.plus(-CLAIM_TIME).0)
        .bind(now.plus(LARGEST_SKEW).0).execute(pool).await?.rows_affected());
    Ok(of(store, instance, account, now).await?.is_some_and(|claim| claim.operator == *operator))
}

/// Renews the holder's ten minutes: at most once in half a minute.
pub async fn touch(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    operator: &OperatorId,
    now: Timestamp,
) -> sqlx::Result<()> {
    const SQL: &str = "update case_holds set seen_at = $4 where instance = $1 and account = $2 and operator = $3 \
        and seen_at <= $5 and seen_at > $6";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(&operator.0).bind(now.0)
        .bind(now.plus(-MINUTE / 2).0).bind(now.plus(-CLAIM_TIME).0)
        .execute(pool).await.map(|_| ()))
}

/// Hands a case that this person holds to another; true if they did hold it.
pub async fn hand_over(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    from: &OperatorId,
    to: &OperatorId,
    note: Option<&str>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "update case_holds set operator = $4, since = $5, seen_at = $5, sealed_note = $6 \
        where instance = $1 and account = $2 and operator = $3 and seen_at > $7 and seen_at <= $8";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let handed = sqlx::query(SQL)
            .bind(instance.as_str()).bind(account.to_string()).bind(&from.0).bind(&to.0).bind(now.0).bind(note)
            .bind(now.plus(-CLAIM_TIME).0).bind(now.plus(LARGEST_SKEW).0).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(handed == 1)
    })
}

/// Gives a case back; true if this person held it.
pub async fn give_back(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    operator: &OperatorId,
) -> sqlx::Result<bool> {
    const SQL: &str = "delete from case_holds where instance = $1 and account = $2 and operator = $3";
    let given = on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(&operator.0).execute(pool).await?.rows_affected());
    Ok(given == 1)
}

/// Nobody holds a decided case.
pub async fn end(store: &Store, instance: &InstanceName, account: AccountId) -> sqlx::Result<()> {
    const SQL: &str = "delete from case_holds where instance = $1 and account = $2";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(account.to_string()).execute(pool).await.map(|_| ()))
}

/// What somebody held goes back to the queue.
pub(super) const END_ALL_OF: &str = "delete from case_holds where operator = $1";
/// What somebody held on one instance goes back to the queue.
pub(super) const END_ALL_ON: &str = "delete from case_holds where instance = $1 and operator = $2";

type Row = (String, String, i64, i64, Option<String>);
/// The same with the instance before it.
type Held = (String, String, String, i64, i64, Option<String>);

fn from_row((account, operator, since, seen_at, note): Row) -> sqlx::Result<CaseClaim> {
    let account = account.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(CaseClaim {
        account,
        operator: OperatorId(operator),
        since: Timestamp(since),
        seen_at: Timestamp(seen_at),
        note,
    })
}

/// Who holds a case now.
pub async fn of(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    now: Timestamp,
) -> sqlx::Result<Option<CaseClaim>> {
    const SQL: &str = "select account, operator, since, seen_at, sealed_note from case_holds \
        where instance = $1 and account = $2 and seen_at > $3 and seen_at <= $4";
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(now.plus(-CLAIM_TIME).0).bind(now.plus(LARGEST_SKEW).0), pool));
    Ok(readable(store, instance.as_str(), rows).pop())
}

/// Everything that is held on an instance now.
pub async fn list(store: &Store, instance: &InstanceName, now: Timestamp) -> sqlx::Result<Vec<CaseClaim>> {
    const SQL: &str = "select account, operator, since, seen_at, sealed_note from case_holds \
        where instance = $1 and seen_at > $2 and seen_at <= $3 order by since limit 5000";
    let rows: Vec<sqlx::Result<Row>> = on!(store, pool => each!(Row, sqlx::query(SQL)
        .bind(instance.as_str()).bind(now.plus(-CLAIM_TIME).0).bind(now.plus(LARGEST_SKEW).0), pool));
    Ok(readable(store, instance.as_str(), rows))
}

fn called(instance: &str) -> String {
    format!("whose a case of {instance} is")
}

/// Those that can be read.
fn readable(store: &Store, instance: &str, rows: Vec<sqlx::Result<Row>>) -> Vec<CaseClaim> {
    let called = called(instance);
    rows.into_iter().filter_map(|row| store.readable(&called, row.and_then(from_row))).collect()
}

/// Those of whatever instance that cannot be read, up to a bound.
pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = "select instance, account, operator, since, seen_at, sealed_note from case_holds \
        order by seen_at desc limit 1000";
    let rows: Vec<sqlx::Result<Held>> = on!(store, pool => each!(Held, sqlx::query(SQL), pool));
    let unreadable = rows.into_iter().filter_map(|row| match row {
        Ok((instance, account, operator, since, seen_at, note)) => {
            from_row((account, operator, since, seen_at, note)).err().map(|_| called(&instance))
        }
        Err(_) => Some(called("some instance")),
    });
    Ok(unreadable.map(|row| Refusal { row, wrong: Wrong::Unreadable }).collect())
}
