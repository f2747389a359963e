//! Mastodon's tables, and the practice instance's own.

use crate::version::Version;
use sqlx::PgPool;

/// Columns that the seed fills and 4.3 has not.
const LATER: &str = "alter table accounts add id_scheme integer, add avatar_description text, add header_description text, \
    add show_media boolean, add show_media_replies boolean, add show_featured boolean, add feature_approval_policy integer, \
    add following_url text; \
    alter table users add require_tos_interstitial boolean; \
    alter table user_roles add require_2fa boolean, add collection_limit integer; \
    alter table statuses add quote_approval_policy integer;";
const NOT_YET: &str = "alter table accounts drop id_scheme, drop avatar_description, drop header_description, \
    drop show_media, drop show_media_replies, drop show_featured, drop feature_approval_policy, drop following_url; \
    alter table users drop require_tos_interstitial; \
    alter table user_roles drop require_2fa, drop collection_limit; \
    alter table statuses drop quote_approval_policy;";

/// Makes Mastodon 4.6's tables in an empty database.
///
/// # Errors
/// If something is there already, or the database refuses.
pub async fn create(pool: &PgPool) -> sqlx::Result<()> {
    create_as(pool, Version::V46).await
}

/// Makes a release's tables in an empty database.
///
/// # Errors
/// If something is there already, or the database refuses.
pub async fn create_as(pool: &PgPool, version: Version) -> sqlx::Result<()> {
    sqlx::raw_sql(version.schema()).execute(pool).await?;
    own(pool).await
}

/// Makes what the practice instance keeps for itself, unless it is there.
///
/// # Errors
/// If the database refuses.
pub async fn own(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::raw_sql(include_str!("../schema/practice.sql")).execute(pool).await.map(|_| ())
}

/// The seed speaks 4.6: what 4.3 has not is put up for it, and taken away by [`seeded`].
///
/// # Errors
/// If the database refuses.
pub async fn before_seed(pool: &PgPool, version: Version) -> sqlx::Result<()> {
    match version {
        Version::V43 => sqlx::raw_sql(LATER).execute(pool).await.map(|_| ()),
        Version::V46 => Ok(()),
    }
}

/// See [`before_seed`].
///
/// # Errors
/// If the database refuses.
pub async fn seeded(pool: &PgPool, version: Version) -> sqlx::Result<()> {
    match version {
        Version::V43 => sqlx::raw_sql(NOT_YET).execute(pool).await.map(|_| ()),
        Version::V46 => Ok(()),
    }
}

/// Whether the tables are there.
///
/// # Errors
/// If the database does not answer.
pub async fn exists(pool: &PgPool) -> sqlx::Result<bool> {
    sqlx::query_scalar("select to_regclass('public.admin_action_logs') is not null").fetch_one(pool).await
}

/// The release whose tables are there.
///
/// # Errors
/// If the database does not answer.
pub async fn version(pool: &PgPool) -> sqlx::Result<Option<Version>> {
    let known: Vec<String> = sqlx::query_scalar("select version from schema_migrations").fetch_all(pool).await?;
    Ok([Version::V43, Version::V46]
        .into_iter()
        .find(|version| known.iter().any(|stored| version.schema().contains(&format!("values ('{stored}')")))))
}
