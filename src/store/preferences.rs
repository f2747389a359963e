//! How people have the console for themselves.

use super::{Store, fence::begin, on};
use crate::{id::OperatorId, nouns::preferences::Preferences};

/// Somebody's own; what everybody begins with, where they said nothing.
pub async fn of(store: &Store, operator: &OperatorId) -> sqlx::Result<Preferences> {
    const SQL: &str = "select letters, zone from preferences where operator = $1";
    let row: Option<(i32, Option<String>)> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).fetch_optional(pool).await?));
    Ok(row.map_or_else(Preferences::default, |(letters, zone)| Preferences {
        letters: letters != 0,
        zone,
        browser: None,
    }))
}

/// Keeps them.
pub async fn keep(store: &Store, operator: &OperatorId, preferences: &Preferences) -> sqlx::Result<()> {
    const SQL: &str = "insert into preferences (operator, letters, zone) values ($1, $2, $3) \
        on conflict (operator) do update set letters = excluded.letters, zone = excluded.zone";
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
            .bind(&operator.0).bind(i32::from(preferences.letters)).bind(&preferences.zone)
            .execute(&mut *tx).await?;
        tx.commit().await
    })
}
