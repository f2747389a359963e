//! The practice clock. Rows keep the real time they were made at; a move of the clock lets what is older than the move age,
//! brings deadlines nearer, and does what Mastodon's scheduled jobs (`config/sidekiq.yml`) would have done in that time.

use crate::{
    cache::Cache,
    deletion,
    jobs::{self, Job},
    rate_limit::Limits,
    schema,
    server::{Instance, Practice},
    settings, webhooks,
};
use anyhow::{Context, Result, anyhow};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgPool};
use std::{sync::Arc, time::Duration};

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Accounts emptied that were suspended thirty days ago.
    pub deleted: usize,
    /// Sign-ups whose address nobody confirmed for seven days.
    pub unconfirmed: u64,
    /// Whether registrations were closed to `approved`.
    pub closed: bool,
    /// IP rules that ended.
    pub ip_rules: u64,
    /// Posts removed for good, thirty days after their deletion.
    pub posts: u64,
}

/// Reads `90m`, `12h`, `31d`, `2w`.
///
/// # Errors
/// In words.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("“{text}” is no duration; write 90m, 12h, 31d or 2w");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

/// Remembers where the instance is served, for what a tick sends.
///
/// # Errors
/// If the database does not answer.
pub async fn remember(pool: &PgPool, domain: &str, https: bool) -> sqlx::Result<()> {
    sqlx::query(
        "insert into practice.site (domain, https) values ($1, $2) on conflict (one) do update set domain = $1, https = $2",
    )
    .bind(domain)
    .bind(https)
    .execute(pool)
    .await
    .map(|_| ())
}

/// Moves the clock and does what was due.
///
/// # Errors
/// In words: what is not there, or what the database said.
pub async fn tick(pool: PgPool, cache: Option<Cache>, by: Duration) -> Result<Done> {
    let version = schema::version(&pool).await.context("there is no practice instance in this database")?;
    let version = version.context("the tables are of a release that is not known here")?;
    schema::own(&pool).await?;
    let (domain, https): (String, bool) = sqlx::query_as("select domain, https from practice.site")
        .fetch_optional(&pool)
        .await?
        .context("this instance was never served")?;
    let practice = Practice { pool, cache, domain, limits: Limits::default(), media: None, https };
    let instance = Instance::new(Arc::new(practice), version);
    pass(&instance, by).await?;
    let mut done = Done { closed: close(&instance).await?, ..Done::default() };
    done.unconfirmed = unconfirmed(&instance).await?;
    let due: Vec<i64> = sqlx::query_scalar(
        "select account_id from account_deletion_requests where practice.age(created_at) > interval '30 days' order by id",
    )
    .fetch_all(&instance.pool)
    .await?;
    done.deleted = due.len();
    let mut db = instance.pool.acquire().await?;
    for account in due {
        jobs::queue(&mut db, &Job::DeleteAccount { account }).await?;
    }
    let events = jobs::run(&instance).await.map_err(|failure| anyhow!("follow-up work failed: {failure:?}"))?;
    done.ip_rules = sqlx::query("delete from ip_blocks where expires_at < practice.now()")
        .execute(&instance.pool)
        .await?
        .rows_affected();
    done.posts = removed(&instance).await?;
    webhooks::tell_once(&instance, &events).await?;
    Ok(done)
}

/// Removed posts go for good, one by one, so that their files and the links to their previews go too
/// (`app/workers/scheduler/user_cleanup_scheduler.rb`, `app/services/remove_status_service.rb`, `app/models/status.rb`).
async fn removed(instance: &Instance) -> Result<u64> {
    const DUE: &str = "(select id from statuses where practice.age(deleted_at) >= interval '30 days')";
    let mut tx = instance.pool.begin().await?;
    for table in ["media_attachments", "preview_cards_statuses"] {
        let sql = format!("delete from {table} where status_id in {DUE}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    let sql = format!("delete from statuses where id in {DUE}");
    let posts = sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(posts)
}

/// Time passes: what is ahead comes nearer.
async fn pass(instance: &Instance, by: Duration) -> Result<()> {
    const NEARER: [&str; 2] = [
        "update invites set expires_at = expires_at - $1 * interval '1 second' where expires_at > practice.now()",
        "update ip_blocks set expires_at = expires_at - $1 * interval '1 second' where expires_at > practice.now()",
    ];
    let seconds = i64::try_from(by.as_secs()).context("that long a time cannot be moved")?;
    let mut tx = instance.pool.begin().await?;
    for sql in NEARER {
        sqlx::query(sql).bind(seconds).execute(&mut *tx).await?;
    }
    sqlx::query("insert into practice.ticks (by) values ($1 * interval '1 second')")
        .bind(seconds)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Open registrations are put under review when no moderator was here for eight days
/// (`app/workers/scheduler/auto_close_registrations_scheduler.rb`). The instance's own answers are left in their cache.
async fn close(instance: &Instance) -> Result<bool> {
    const ACTIVE: &str = "select exists (select from users u join user_roles r on r.id = u.role_id \
        where (r.permissions & 1 = 1 or r.permissions & 16 = 16) and practice.age(u.current_sign_in_at) < interval '8 days')";
    let mode = settings::read(instance, "registrations_mode").await;
    let mode = mode.map_err(|failure| anyhow!("registrations_mode cannot be read: {failure:?}"))?.or("none");
    if mode != "open" || sqlx::query_scalar(ACTIVE).fetch_one(&instance.pool).await? {
        return Ok(false);
    }
    sqlx::query(
        "update settings set value = E'--- approved\\n', updated_at = practice.now() where var = 'registrations_mode'",
    )
    .execute(&instance.pool)
    .await?;
    if let Some(cache) = &instance.cache {
        cache.forget_setting(instance.version, "registrations_mode").await;
    }
    Ok(true)
}

/// `app/workers/scheduler/user_cleanup_scheduler.rb`
async fn unconfirmed(instance: &Instance) -> Result<u64> {
    let accounts: Vec<i64> = sqlx::query_scalar(
        "select account_id from users where confirmed_at is null and practice.age(confirmation_sent_at) >= interval '7 days'",
    )
    .fetch_all(&instance.pool)
    .await?;
    let mut tx = instance.pool.begin().await?;
    for account in &accounts {
        deletion::remove(&mut tx, *account).await?;
    }
    tx.commit().await?;
    Ok(u64::try_from(accounts.len())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("90m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(duration("31d"), Ok(Duration::from_secs(2_678_400)));
        assert!(duration("31").is_err());
        assert!(duration("d").is_err());
        assert!(duration("").is_err());
    }
}
