//! What the team writes down about accounts: sealed, and gone from here once withdrawn. The record keeps both.

use super::{Store, encode_error, fence::begin, on};
use crate::{
    clock::Timestamp,
    id::{AccountId, InstanceName, OperatorId},
    seal::Keys,
};

/// The newest so many are shown.
const MOST: i64 = 50;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: String,
    pub operator: OperatorId,
    /// `None` once it is withdrawn.
    pub text: Option<String>,
    pub created_at: Timestamp,
    pub withdrawn: Option<(Timestamp, OperatorId)>,
}

/// Whose a text is: it opens for nobody else's note, and about nobody else.
fn whose(id: &str, instance: &str, account: &str, operator: &str) -> String {
    format!("{id} {operator} {instance} {account}")
}

/// Keeps a note.
pub async fn insert(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    account: AccountId,
    note: &Note,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into account_notes \
        (id, instance, account, operator, sealed, created_at, withdrawn_at, withdrawn_by) \
        values ($1, $2, $3, $4, $5, $6, null, null)";
    let whose = whose(&note.id, instance.as_str(), &account.to_string(), &note.operator.0);
    let sealed = note
        .text
        .as_deref()
        .map(|text| keys.seal_text("account note", &whose, text))
        .transpose()
        .map_err(encode_error)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
            .bind(&note.id).bind(instance.as_str()).bind(account.to_string()).bind(&note.operator.0).bind(&sealed)
            .bind(note.created_at.0).execute(&mut *tx).await?;
        tx.commit().await
    })
}

/// Takes a note's text away; false if it was withdrawn already, or is about somebody else.
pub async fn withdraw(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    id: &str,
    by: &OperatorId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "update account_notes set sealed = null, withdrawn_at = $5, withdrawn_by = $4 \
        where id = $3 and instance = $1 and account = $2 and withdrawn_at is null";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let withdrawn = sqlx::query(SQL)
            .bind(instance.as_str()).bind(account.to_string()).bind(id).bind(&by.0).bind(now.0)
            .execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(withdrawn == 1)
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    operator: OperatorId,
    sealed: Option<String>,
    created_at: Timestamp,
    withdrawn_at: Option<Timestamp>,
    withdrawn_by: Option<OperatorId>,
    instance: String,
    account: String,
}

fn from_row(keys: &Keys, row: Row) -> Note {
    let whose = whose(&row.id, &row.instance, &row.account, &row.operator.0);
    Note {
        text: row.sealed.and_then(|sealed| keys.open_text("account note", &whose, &sealed)),
        operator: row.operator,
        created_at: row.created_at,
        withdrawn: row.withdrawn_at.zip(row.withdrawn_by),
        id: row.id,
    }
}

/// The notes about an account, newest first.
pub async fn about(store: &Store, keys: &Keys, instance: &InstanceName, account: AccountId) -> sqlx::Result<Vec<Note>> {
    const SQL: &str = "select id, operator, sealed, created_at, withdrawn_at, withdrawn_by, instance, account from account_notes \
        where instance = $1 and account = $2 order by created_at desc, id desc limit $3";
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(MOST).fetch_all(pool).await?);
    Ok(rows.into_iter().map(|row| from_row(keys, row)).collect())
}

/// One note.
pub async fn by_id(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<Note>> {
    const SQL: &str = "select id, operator, sealed, created_at, withdrawn_at, withdrawn_by, instance, account from account_notes where id = $1";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?);
    Ok(row.map(|row| from_row(keys, row)))
}

/// Binds the texts of before to whose they are.
pub async fn seal_former(store: &Store, keys: &Keys) -> sqlx::Result<()> {
    const ALL: &str = "select id, operator, sealed, instance, account from account_notes where sealed is not null";
    const SEAL: &str = "update account_notes set sealed = $2 where id = $1";
    let all: Vec<(String, String, String, String, String)> =
        on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
    for (id, operator, sealed, instance, account) in all {
        let Some(text) = keys.open_text("account note", &id, &sealed) else { continue };
        let whose = whose(&id, &instance, &account, &operator);
        let sealed = keys.seal_text("account note", &whose, &text).map_err(encode_error)?;
        on!(store, pool => sqlx::query(SEAL).bind(&id).bind(&sealed).execute(pool).await.map(|_| ())?);
    }
    Ok(())
}
