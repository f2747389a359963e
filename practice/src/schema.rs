//! Mastodon's tables, and the practice instance's own.

use crate::version::Version;
use sqlx::PgPool;

/// Columns that the seed fills and that came later than a release.
const SINCE_46: &[(&str, &str, &str)] = &[
    ("accounts", "avatar_description", "text"),
    ("accounts", "header_description", "text"),
    ("accounts", "show_media", "boolean"),
    ("accounts", "show_media_replies", "boolean"),
    ("accounts", "show_featured", "boolean"),
    ("accounts", "feature_approval_policy", "integer"),
    ("user_roles", "require_2fa", "boolean"),
    ("user_roles", "collection_limit", "integer"),
];
const SINCE_45: &[(&str, &str, &str)] = &[("accounts", "id_scheme", "integer"), ("accounts", "following_url", "text")];
const SINCE_44: &[(&str, &str, &str)] =
    &[("users", "require_tos_interstitial", "boolean"), ("statuses", "quote_approval_policy", "integer")];

/// What 4.7 does to the rows of 4.6 (`db/post_migrate`): local accounts have no address of their own, and whoever deleted
/// themselves is told apart from whoever was suspended, as far as that can still be seen.
const UPGRADED: &str = "update accounts set requested_deletion_at = suspended_at, suspended_at = null, suspension_origin = null \
    where domain is null and suspended_at is not null and not exists (select from users where account_id = accounts.id) \
    and not exists (select from canonical_email_blocks where reference_account_id = accounts.id); \
    update accounts set uri = null where uri = ''; \
    create unique index index_accounts_on_uri on accounts (uri);";

/// The columns that a release lacks and the seed fills.
fn lacking(version: Version) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    let later: &[&[_]] = match version {
        Version::V43 => &[SINCE_44, SINCE_45, SINCE_46],
        Version::V44 => &[SINCE_45, SINCE_46],
        Version::V45 => &[SINCE_46],
        Version::V46 | Version::V47 => &[],
    };
    later.iter().copied().flatten()
}

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
    for sql in version.schema() {
        sqlx::raw_sql(*sql).execute(pool).await?;
    }
    own(pool).await
}

/// Makes what the practice instance keeps for itself, unless it is there.
///
/// # Errors
/// If the database refuses.
pub async fn own(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::raw_sql(include_str!("../schema/practice.sql")).execute(pool).await.map(|_| ())
}

/// The seed speaks 4.6: what another release has not is put up for it, and taken away by [`seeded`].
///
/// # Errors
/// If the database refuses.
pub async fn before_seed(pool: &PgPool, version: Version) -> sqlx::Result<()> {
    for (table, column, kind) in lacking(version) {
        let sql = format!("alter table {table} add {column} {kind}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await?;
    }
    if version >= Version::V47 {
        sqlx::raw_sql("drop index index_accounts_on_uri").execute(pool).await?;
    }
    Ok(())
}

/// See [`before_seed`].
///
/// # Errors
/// If the database refuses.
pub async fn seeded(pool: &PgPool, version: Version) -> sqlx::Result<()> {
    for (table, column, _) in lacking(version) {
        let sql = format!("alter table {table} drop {column}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await?;
    }
    if version >= Version::V47 {
        sqlx::raw_sql(UPGRADED).execute(pool).await?;
    }
    Ok(())
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
    Ok(Version::ALL.into_iter().find(|version| known.iter().any(|stored| stored == version.migration())))
}
