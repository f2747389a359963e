//! Recovery codes of the second factor: kept as keyed hashes, each works once.

use super::{Store, on};
use crate::{clock::Instant, id::OperatorId};

/// Puts new codes in the place of all former ones, within the transaction that sets the factor they belong to.
macro_rules! replace_codes {
    ($tx:ident, $operator:expr, $hashes:expr) => {{
        let operator: &$crate::id::OperatorId = $operator;
        sqlx::query("delete from recovery_codes where operator = $1").bind(&operator.0).execute(&mut *$tx).await?;
        for hash in $hashes {
            sqlx::query("insert into recovery_codes (operator, hash) values ($1, $2)")
                .bind(&operator.0)
                .bind(hash)
                .execute(&mut *$tx)
                .await?;
        }
    }};
}
pub(crate) use replace_codes;

/// Puts new codes in the place of all former ones.
pub async fn replace_all(store: &Store, operator: &OperatorId, hashes: &[String]) -> sqlx::Result<()> {
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        replace_codes!(tx, operator, hashes);
        tx.commit().await
    })
}

/// Uses a code up: true exactly once.
pub async fn use_code(store: &Store, operator: &OperatorId, hash: &str, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "update recovery_codes set used_at = $3 where operator = $1 and hash = $2 and used_at is null";
    let used = on!(store, pool => sqlx::query(SQL)
        .bind(&operator.0).bind(hash).bind(now.0).execute(pool).await?.rows_affected());
    Ok(used == 1)
}

/// What is left of somebody's codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub unused: i64,
    /// When the last one was used, if any was.
    pub last_used: Option<Instant>,
}

/// What is left of one person's codes.
pub async fn left(store: &Store, operator: &OperatorId) -> sqlx::Result<Left> {
    const SQL: &str = "select count(case when used_at is null then 1 end), max(used_at) from recovery_codes \
        where operator = $1";
    let (unused, last_used): (i64, Option<i64>) =
        on!(store, pool => sqlx::query_as(SQL).bind(&operator.0).fetch_one(pool).await?);
    Ok(Left { unused, last_used: last_used.map(Instant) })
}

/// What is left of everybody's codes who has any.
pub async fn list(store: &Store) -> sqlx::Result<Vec<(OperatorId, Left)>> {
    const SQL: &str = "select operator, count(case when used_at is null then 1 end), max(used_at) from recovery_codes \
        group by operator order by operator";
    let rows: Vec<(String, i64, Option<i64>)> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    let left = |(operator, unused, last_used): (String, i64, Option<i64>)| {
        (OperatorId(operator), Left { unused, last_used: last_used.map(Instant) })
    };
    Ok(rows.into_iter().map(left).collect())
}
