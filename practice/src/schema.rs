//! Mastodon's tables.

use sqlx::PgPool;

/// Makes Mastodon 4.6's tables in an empty database.
///
/// # Errors
/// If something is there already, or the database refuses.
pub async fn create(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::raw_sql(include_str!("../schema/4.6.sql")).execute(pool).await.map(|_| ())
}

/// Whether the tables are there.
///
/// # Errors
/// If the database does not answer.
pub async fn exists(pool: &PgPool) -> sqlx::Result<bool> {
    sqlx::query_scalar("select to_regclass('public.admin_action_logs') is not null").fetch_one(pool).await
}
