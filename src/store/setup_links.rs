//! One-time links with which somebody chooses name and password.

use super::{Store, on};
use crate::{access::Role, clock::Instant, id::OperatorId};

/// What a link offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    pub role: Role,
    pub name: Option<String>,
    /// Who made it; `None` where it was printed at the server.
    pub offered_by: Option<OperatorId>,
}

type Row = (String, Option<String>, Option<String>);

fn from_row((role, name, offered_by): Row) -> sqlx::Result<SetupLink> {
    let decode = |error: String| sqlx::Error::Decode(error.into());
    Ok(SetupLink { role: role.parse().map_err(decode)?, name, offered_by: offered_by.map(OperatorId) })
}

pub async fn insert(store: &Store, hash: &str, link: &SetupLink, now: Instant, expires: Instant) -> sqlx::Result<()> {
    const SQL: &str = "insert into setup_links (hash, role, name, created_at, expires_at, offered_by) \
        values ($1, $2, $3, $4, $5, $6)";
    on!(store, pool => sqlx::query(SQL)
        .bind(hash)
        .bind(link.role.name())
        .bind(&link.name)
        .bind(now.0)
        .bind(expires.0)
        .bind(link.offered_by.as_ref().map(|id| &id.0))
        .execute(pool).await.map(|_| ()))
}

/// What a link offers, without using it.
pub async fn read(store: &Store, hash: &str, now: Instant) -> sqlx::Result<Option<SetupLink>> {
    const SQL: &str = "select role, name, offered_by from setup_links where hash = $1 and expires_at > $2";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(hash).bind(now.0).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

/// Uses a link up: some exactly once.
pub async fn take(store: &Store, hash: &str, now: Instant) -> sqlx::Result<Option<SetupLink>> {
    const SQL: &str = "delete from setup_links where hash = $1 and expires_at > $2 returning role, name, offered_by";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(hash).bind(now.0).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

/// Takes back every link that somebody made.
pub async fn delete_all_of(store: &Store, operator: &OperatorId) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from setup_links where offered_by = $1")
        .bind(&operator.0).execute(pool).await.map(|done| done.rows_affected()))
}
