//! One-time links with which somebody chooses a new password: kept as keyed hashes, one a person.

use super::{Store, on};
use crate::{clock::Instant, id::OperatorId};

/// Whose password a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetLink {
    pub operator: OperatorId,
    /// Who made it; `None` where it was printed at the server.
    pub offered_by: Option<OperatorId>,
}

/// Puts a link in the place of the one before, within the transaction that takes the password away.
macro_rules! replace_link {
    ($tx:ident, $link:expr) => {{
        let link: &$crate::store::sign_ins::NewLink<'_> = $link;
        sqlx::query($crate::store::reset_links::REPLACE)
            .bind(&link.of.operator.0)
            .bind(link.hash)
            .bind(link.now.0)
            .bind(link.expires_at.0)
            .bind(link.of.offered_by.as_ref().map(|id| &id.0))
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(crate) use replace_link;

pub(crate) const REPLACE: &str = "insert into reset_links (operator, hash, created_at, expires_at, offered_by) \
    values ($1, $2, $3, $4, $5) on conflict (operator) do update set hash = excluded.hash, \
    created_at = excluded.created_at, expires_at = excluded.expires_at, offered_by = excluded.offered_by";

/// Whose a link is, without using it.
pub async fn read(store: &Store, hash: &str, now: Instant) -> sqlx::Result<Option<ResetLink>> {
    const SQL: &str = "select operator, offered_by from reset_links where hash = $1 and expires_at > $2";
    let row: Option<(String, Option<String>)> =
        on!(store, pool => sqlx::query_as(SQL).bind(hash).bind(now.0).fetch_optional(pool).await?);
    Ok(row.map(|(operator, offered_by)| ResetLink {
        operator: OperatorId(operator),
        offered_by: offered_by.map(OperatorId),
    }))
}

/// Whether a link for somebody can still be opened.
pub async fn waits_for(store: &Store, operator: &OperatorId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "select count(*) from reset_links where operator = $1 and expires_at > $2";
    let links: i64 = on!(store, pool => sqlx::query_scalar(SQL).bind(&operator.0).bind(now.0).fetch_one(pool).await?);
    Ok(links > 0)
}

/// Takes back the links that somebody made, and the one that is for them.
pub async fn delete_all_of(store: &Store, operator: &OperatorId) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from reset_links where operator = $1 or offered_by = $1")
        .bind(&operator.0).execute(pool).await.map(|done| done.rows_affected()))
}

pub async fn delete_expired(store: &Store, now: Instant) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from reset_links where expires_at <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}
