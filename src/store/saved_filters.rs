//! Filters of the audit log that people keep for themselves: a name, and the query of the page. They give nobody a right.

use super::{Store, fence::begin, on};
use crate::id::OperatorId;

/// So many somebody may have.
pub const MOST: i64 = 20;

/// Somebody's own: name and query, by name.
pub async fn list(store: &Store, operator: &OperatorId) -> sqlx::Result<Vec<(String, String)>> {
    const SQL: &str = "select name, search from saved_filters where operator = $1 order by name limit $2";
    Ok(store.read(on!(store, pool => sqlx::query_as(SQL).bind(&operator.0).bind(MOST).fetch_all(pool).await?)))
}

/// Keeps one, in place of what had the name; false where there are too many.
pub async fn keep(store: &Store, operator: &OperatorId, name: &str, search: &str) -> sqlx::Result<bool> {
    const SQL: &str = "insert into saved_filters (operator, name, search) select $1, $2, $3 \
        where (select count(*) from saved_filters where operator = $1 and name <> $2) < $4 \
        on conflict (operator, name) do update set search = excluded.search";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let kept = sqlx::query(SQL)
            .bind(&operator.0).bind(name).bind(search).bind(MOST)
            .execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(kept == 1)
    })
}

/// Deletes one.
pub async fn delete(store: &Store, operator: &OperatorId, name: &str) -> sqlx::Result<()> {
    const SQL: &str = "delete from saved_filters where operator = $1 and name = $2";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL).bind(&operator.0).bind(name).execute(&mut *tx).await?;
        tx.commit().await
    })
}
