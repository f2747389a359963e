//! People linked with their own accounts on instances, and the application each instance knows the console by. Tokens and
//! secrets are sealed.

use super::{Store, on};
use crate::{
    clock::Instant,
    config::Secret,
    id::{AccountId, InstanceName, OperatorId},
    mastodon::oauth::Application,
    seal::Keys,
};
use serde::{Deserialize, Serialize};

/// Somebody's own account on an instance, and the token that acts as it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    pub operator: OperatorId,
    pub instance: InstanceName,
    pub account: AccountId,
    /// Without the leading `@`; a local account keeps its name for good.
    pub username: String,
    pub token: Secret,
    pub linked_at: Instant,
}

/// What of a link is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    username: String,
    token: String,
}

fn fail(error: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Encode(error.to_string().into())
}

fn damaged(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a linked account: {what}").into())
}

/// A sealed token opens for its person, instance and account alone.
fn owner(operator: &str, instance: &str, account: &str) -> String {
    format!("{operator}/{instance}/{account}")
}

type Row = (String, String, String, String, i64);

fn from_row(keys: &Keys, (operator, instance, account, sealed, linked_at): Row) -> sqlx::Result<Linked> {
    let text = keys
        .open_text("linked account", &owner(&operator, &instance, &account), &sealed)
        .ok_or_else(|| damaged("its token does not open"))?;
    let Sealed { username, token } = serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))?;
    Ok(Linked {
        operator: OperatorId(operator),
        instance: InstanceName::try_from(instance).map_err(|error| damaged(&error))?,
        account: account.parse().map_err(|_| damaged("its account is no number"))?,
        username,
        token: Secret::new(token),
        linked_at: Instant(linked_at),
    })
}

/// Somebody's account on an instance.
pub async fn of(
    store: &Store,
    keys: &Keys,
    operator: &OperatorId,
    instance: &InstanceName,
) -> sqlx::Result<Option<Linked>> {
    const SQL: &str = "select operator, instance, account, sealed, linked_at from linked_accounts \
        where operator = $1 and instance = $2";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(instance.as_str()).fetch_optional(pool).await?);
    row.map(|row| from_row(keys, row)).transpose()
}

/// Everybody's, in the order they were linked.
pub async fn list(store: &Store, keys: &Keys) -> sqlx::Result<Vec<Linked>> {
    const SQL: &str = "select operator, instance, account, sealed, linked_at from linked_accounts \
        order by linked_at, operator, instance limit 5000";
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    // One row that does not open must not take the others with it.
    let opened = rows
        .into_iter()
        .map(|row| from_row(keys, row))
        .filter_map(|row| row.inspect_err(|error| tracing::error!(%error, "linked_accounts.damaged")).ok());
    Ok(opened.collect())
}

/// Who is linked on an instance, with which account.
pub async fn on_instance(store: &Store, instance: &InstanceName) -> sqlx::Result<Vec<(OperatorId, AccountId)>> {
    const SQL: &str = "select operator, account from linked_accounts where instance = $1 order by operator limit 5000";
    let rows: Vec<(String, String)> =
        on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_all(pool).await?);
    rows.into_iter()
        .map(|(operator, account)| {
            let account = account.parse().map_err(|_| damaged("its account is no number"))?;
            Ok((OperatorId(operator), account))
        })
        .collect()
}

/// Links somebody, or renews the token of the same account; false if the account is somebody else's, or the person is
/// linked with another.
pub async fn keep(store: &Store, keys: &Keys, linked: &Linked) -> sqlx::Result<bool> {
    const SQL: &str = "insert into linked_accounts (operator, instance, account, sealed, linked_at) \
        select $1, $2, $3, $4, $5 where not exists \
        (select 1 from linked_accounts where instance = $2 and account = $3 and operator <> $1) \
        on conflict (operator, instance) do update set sealed = excluded.sealed, linked_at = excluded.linked_at \
        where linked_accounts.account = excluded.account";
    let account = linked.account.to_string();
    let text = Sealed { username: linked.username.clone(), token: linked.token.expose().to_owned() };
    let text = serde_json::to_string(&text).map_err(fail)?;
    let sealed = keys
        .seal_text("linked account", &owner(&linked.operator.0, linked.instance.as_str(), &account), &text)
        .map_err(fail)?;
    let kept = on!(store, pool => sqlx::query(SQL)
        .bind(&linked.operator.0)
        .bind(linked.instance.as_str())
        .bind(&account)
        .bind(&sealed)
        .bind(linked.linked_at.0)
        .execute(pool).await.map(|done| done.rows_affected()));
    match kept {
        Ok(kept) => Ok(kept == 1),
        // Two people with one account at the same moment: the second is told so.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes a link away, token and all; true exactly once.
pub async fn delete(store: &Store, operator: &OperatorId, instance: &InstanceName) -> sqlx::Result<bool> {
    const SQL: &str = "delete from linked_accounts where operator = $1 and instance = $2";
    let gone = on!(store, pool => sqlx::query(SQL)
        .bind(&operator.0).bind(instance.as_str()).execute(pool).await?.rows_affected());
    Ok(gone == 1)
}

/// What an instance knows the console as; `None` before anybody linked an account there.
pub async fn application(store: &Store, keys: &Keys, instance: &InstanceName) -> sqlx::Result<Option<Application>> {
    const SQL: &str = "select client_id, sealed_secret, redirect_uri, scopes from oauth_clients where instance = $1";
    let row: Option<(String, String, String, String)> =
        on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).fetch_optional(pool).await?);
    let Some((id, sealed, redirect, scopes)) = row else { return Ok(None) };
    // A secret that does not open any more is got anew.
    let secret = keys.open_text("oauth client", instance.as_str(), &sealed);
    Ok(secret.map(|secret| Application { id, secret: Secret::new(secret), redirect, scopes }))
}

/// Remembers what an instance knows the console as.
pub async fn keep_application(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    application: &Application,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into oauth_clients (instance, client_id, sealed_secret, redirect_uri, scopes) \
        values ($1, $2, $3, $4, $5) on conflict (instance) do update set client_id = excluded.client_id, \
        sealed_secret = excluded.sealed_secret, redirect_uri = excluded.redirect_uri, scopes = excluded.scopes";
    let sealed = keys.seal_text("oauth client", instance.as_str(), application.secret.expose()).map_err(fail)?;
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str())
        .bind(&application.id)
        .bind(&sealed)
        .bind(&application.redirect)
        .bind(&application.scopes)
        .execute(pool).await.map(|_| ()))
}
