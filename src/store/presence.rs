//! When each of the console's people was last in it: what is left when their sessions are over and forgotten. It gives nobody a right.

use super::{Store, on};
use crate::clock::Timestamp;

/// Remembers that whoever a session is of was there; of one that is nobody's, nothing. The newest look counts, not the latest: a
/// clock that ran ahead is put right by the next.
pub async fn remember(store: &Store, session: &str, now: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "insert into presence (operator, seen_at) \
        select operator, $2 from web_sessions where id_hash = $1 and operator is not null \
        on conflict (operator) do update set seen_at = excluded.seen_at";
    on!(store, pool => sqlx::query(SQL).bind(session).bind(now.0).execute(pool).await.map(drop))
}

/// Everybody of whom it is known.
pub async fn all(store: &Store) -> sqlx::Result<Vec<(String, Timestamp)>> {
    const SQL: &str = "select operator, seen_at from presence order by operator";
    let rows: Vec<(String, i64)> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    Ok(rows.into_iter().map(|(operator, seen)| (operator, Timestamp(seen))).collect())
}
