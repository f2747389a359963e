//! Who holds a case: uniquely, in the console.

use super::{Store, on};
use crate::{
    clock::Instant,
    id::{AccountId, InstanceName, OperatorId},
};

/// One case that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub account: AccountId,
    pub operator: OperatorId,
    pub since: Instant,
}

/// Takes a case; true if this person holds it now, whether since now or before.
pub async fn claim(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    operator: &OperatorId,
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "insert into case_holds (instance, account, operator, since) values ($1, $2, $3, $4) \
        on conflict (instance, account) do nothing";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(&operator.0).bind(now.0).execute(pool).await?.rows_affected());
    Ok(holder(store, instance, account).await?.is_some_and(|hold| hold.operator == *operator))
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
pub async fn end_all_of(store: &Store, operator: &OperatorId) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from case_holds where operator = $1")
        .bind(&operator.0).execute(pool).await.map(|done| done.rows_affected()))
}

fn from_row((account, operator, since): (String, String, i64)) -> sqlx::Result<Hold> {
    let account = account.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Hold { account, operator: OperatorId(operator), since: Instant(since) })
}

pub async fn holder(store: &Store, instance: &InstanceName, account: AccountId) -> sqlx::Result<Option<Hold>> {
    const SQL: &str = "select account, operator, since from case_holds where instance = $1 and account = $2";
    let row: Option<(String, String, i64)> = on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(account.to_string()).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

pub async fn list(store: &Store, instance: &InstanceName) -> sqlx::Result<Vec<Hold>> {
    const SQL: &str = "select account, operator, since from case_holds where instance = $1 order by since limit 5000";
    let rows: Vec<(String, String, i64)> =
        on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_all(pool).await?);
    rows.into_iter().map(from_row).collect()
}
