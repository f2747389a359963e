//! One-time links with which somebody chooses name and password.

use super::{Store, on};
use crate::{access::Role, clock::Instant, id::InstanceName};

/// What a link offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    pub role: Role,
    pub name: Option<String>,
    pub instance: Option<InstanceName>,
    pub until: Option<Instant>,
}

type Row = (String, Option<String>, Option<String>, Option<i64>);

fn from_row((role, name, instance, until): Row) -> sqlx::Result<SetupLink> {
    let decode = |error: String| sqlx::Error::Decode(error.into());
    Ok(SetupLink {
        role: role.parse().map_err(decode)?,
        name,
        instance: instance.map(InstanceName::try_from).transpose().map_err(decode)?,
        until: until.map(Instant),
    })
}

pub async fn insert(store: &Store, hash: &str, link: &SetupLink, now: Instant, expires: Instant) -> sqlx::Result<()> {
    const SQL: &str = "insert into setup_links (hash, role, name, instance, until, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    on!(store, pool => sqlx::query(SQL)
        .bind(hash)
        .bind(link.role.name())
        .bind(&link.name)
        .bind(link.instance.as_ref().map(InstanceName::as_str))
        .bind(link.until.map(|at| at.0))
        .bind(now.0)
        .bind(expires.0)
        .execute(pool).await.map(|_| ()))
}

/// What a link offers, without using it.
pub async fn read(store: &Store, hash: &str, now: Instant) -> sqlx::Result<Option<SetupLink>> {
    const SQL: &str = "select role, name, instance, until from setup_links where hash = $1 and expires_at > $2";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(hash).bind(now.0).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

/// Uses a link up: some exactly once.
pub async fn take(store: &Store, hash: &str, now: Instant) -> sqlx::Result<Option<SetupLink>> {
    const SQL: &str =
        "delete from setup_links where hash = $1 and expires_at > $2 returning role, name, instance, until";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(hash).bind(now.0).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}
