//! What each instance knows the console as (its OAuth application). People who link an account are sent there under it, so each
//! row is proved: one that somebody else wrote could send them to an application of theirs.

use super::{
    Store, encode_error,
    mac::{self, Proof, Sealed, Undated, proved_table, without_entry},
    on,
};
use crate::{
    config::Secret,
    id::InstanceName,
    seal::{Field, Keys},
};

/// What an instance knows the console as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: String,
    pub secret: Secret,
    /// Where people are sent back to; Mastodon accepts no other.
    pub redirect: String,
    pub scopes: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    instance: String,
    client_id: String,
    sealed_secret: String,
    redirect_uri: String,
    scopes: String,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "oauth_clients";
    const WHAT: &'static str = "the console’s application";

    fn called(&self) -> String {
        format!("on {}", self.instance)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.instance).into(),
            (&self.client_id).into(),
            (&self.sealed_secret).into(),
            (&self.redirect_uri).into(),
            (&self.scopes).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// The columns of an application with its proof.
macro_rules! columns {
    () => {
        concat!("instance, client_id, sealed_secret, redirect_uri, scopes, mac, ", without_entry!())
    };
}

/// What an instance knows the console as; `None` before anybody linked an account there, and where the row does not hold: the
/// instance is asked for another one then.
pub async fn of(store: &Store, keys: &Keys, instance: &InstanceName) -> sqlx::Result<Option<Application>> {
    const SQL: &str = concat!("select ", columns!(), " from oauth_clients where instance = $1");
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).fetch_optional(pool).await?));
    let Some(row) = row.filter(|row| store.holds(row, row.instance == instance.as_str())) else { return Ok(None) };
    // A secret that does not open any more is got anew.
    let secret = keys.open_text("oauth client", instance.as_str(), &row.sealed_secret);
    Ok(secret.map(|secret| Application {
        id: row.client_id,
        secret: Secret::new(secret),
        redirect: row.redirect_uri,
        scopes: row.scopes,
    }))
}

/// Remembers what an instance knows the console as.
pub async fn keep(store: &Store, keys: &Keys, instance: &InstanceName, application: &Application) -> sqlx::Result<()> {
    const SQL: &str = "insert into oauth_clients (instance, client_id, sealed_secret, redirect_uri, scopes, mac) \
        values ($1, $2, $3, $4, $5, $6) on conflict (instance) do update set client_id = excluded.client_id, \
        sealed_secret = excluded.sealed_secret, redirect_uri = excluded.redirect_uri, scopes = excluded.scopes, \
        mac = excluded.mac";
    let row = Row {
        instance: instance.as_str().to_owned(),
        client_id: application.id.clone(),
        sealed_secret: keys
            .seal_text("oauth client", instance.as_str(), application.secret.expose())
            .map_err(encode_error)?,
        redirect_uri: application.redirect.clone(),
        scopes: application.scopes.clone(),
        proof: Proof::default(),
    };
    on!(store, pool => sqlx::query(SQL)
        .bind(&row.instance)
        .bind(&row.client_id)
        .bind(&row.sealed_secret)
        .bind(&row.redirect_uri)
        .bind(&row.scopes)
        .bind(mac::mac(keys, &row, 0))
        .execute(pool).await.map(|_| ()))
}

proved_table!(Row, "oauth_clients", columns!(), "instance", "instance = $2", |row| &row.instance);
