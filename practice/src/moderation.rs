//! What Mastodon does to its rows when a moderator acts (`app/models/admin/account_action.rb`,
//! `app/models/concerns/account/suspensions.rb`, `app/models/report.rb`).

use crate::auth::Caller;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// Writes a row of Mastodon's log.
///
/// # Errors
/// If the database does not answer.
pub async fn log(
    db: &mut PgConnection,
    caller: &Caller,
    action: &str,
    target: (&str, i64),
    human: &str,
    route: Option<String>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, route_param, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc')",
    )
    .bind(caller.account)
    .bind(action)
    .bind(target.0)
    .bind(target.1)
    .bind(human)
    .bind(route)
    .execute(db)
    .await
    .map(|_| ())
}

/// `user` or `user@domain`
pub fn acct(account: &Value) -> String {
    let username = account["username"].as_str().unwrap_or_default();
    match account["domain"].as_str() {
        Some(domain) => format!("{username}@{domain}"),
        None => username.to_owned(),
    }
}

/// Resolves a report, again if it was resolved before, and logs it.
///
/// # Errors
/// If the database does not answer.
pub async fn resolve(db: &mut PgConnection, caller: &Caller, report: i64) -> sqlx::Result<()> {
    log(db, caller, "resolve", ("Report", report), &report.to_string(), None).await?;
    sqlx::query(
        "update reports set action_taken_at = clock_timestamp() at time zone 'utc', action_taken_by_account_id = $2, \
         updated_at = clock_timestamp() at time zone 'utc' where id = $1",
    )
    .bind(report)
    .bind(caller.account)
    .execute(db)
    .await
    .map(|_| ())
}

/// Every unresolved report about an account.
///
/// # Errors
/// If the database does not answer.
pub async fn unresolved(db: &mut PgConnection, target: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar(
        "select id from reports where target_account_id = $1 and action_taken_at is null order by id desc",
    )
    .bind(target)
    .fetch_all(db)
    .await
}

/// Sets one of the account's sanctions; a repetition renews it.
///
/// # Errors
/// If the database does not answer.
pub async fn sanction(db: &mut PgConnection, target: i64, kind: &str) -> sqlx::Result<()> {
    let sql = match kind {
        "sensitive" => {
            "update accounts set sensitized_at = clock_timestamp() at time zone 'utc', updated_at = clock_timestamp() at time zone 'utc' where id = $1"
        }
        _ => {
            "update accounts set silenced_at = clock_timestamp() at time zone 'utc', updated_at = clock_timestamp() at time zone 'utc' where id = $1"
        }
    };
    sqlx::query(sql).bind(target).execute(db).await.map(|_| ())
}

/// Suspends: the clock of the deletion starts anew, a local address cannot be used again, a remote account's follows go.
///
/// # Errors
/// If the database does not answer.
pub async fn suspend(db: &mut PgConnection, account: &Value) -> sqlx::Result<()> {
    let id = account["id"].as_i64().unwrap_or(0);
    sqlx::query("delete from account_deletion_requests where account_id = $1").bind(id).execute(&mut *db).await?;
    sqlx::query(
        "insert into account_deletion_requests (account_id, created_at, updated_at) \
         values ($1, clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc')",
    )
    .bind(id)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update accounts set suspended_at = clock_timestamp() at time zone 'utc', suspension_origin = 0, \
         updated_at = clock_timestamp() at time zone 'utc' where id = $1",
    )
    .bind(id)
    .execute(&mut *db)
    .await?;
    if let Some(email) = account["user"]["email"].as_str() {
        sqlx::query(
            "insert into canonical_email_blocks (canonical_email_hash, reference_account_id, created_at, updated_at) \
             values ($1, $2, clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc') \
             on conflict (canonical_email_hash) do nothing",
        )
        .bind(canonical_hash(email))
        .bind(id)
        .execute(&mut *db)
        .await?;
    }
    if !account["domain"].is_null() {
        reject_follows(db, id).await?;
    }
    Ok(())
}

/// The hash Mastodon blocks an address by: lower case, dots out of and `+tag` off the local part.
pub fn canonical_hash(email: &str) -> String {
    let lower = email.to_lowercase();
    let (name, domain) = lower.split_once('@').unwrap_or((&lower, ""));
    let name = name.split('+').next().unwrap_or_default().replace('.', "");
    Sha256::digest(format!("{name}@{domain}").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn reject_follows(db: &mut PgConnection, account: i64) -> sqlx::Result<()> {
    let targets: Vec<i64> = sqlx::query_scalar(
        "delete from follows f using accounts a where f.account_id = $1 and a.id = f.target_account_id and a.domain is null \
         returning f.target_account_id",
    )
    .bind(account)
    .fetch_all(&mut *db)
    .await?;
    for target in targets {
        sqlx::query(
            "update account_stats set followers_count = followers_count - 1, updated_at = clock_timestamp() at time zone 'utc' where account_id = $1",
        )
        .bind(target)
        .execute(&mut *db)
        .await?;
        sqlx::query(
            "update account_stats set following_count = following_count - 1, updated_at = clock_timestamp() at time zone 'utc' where account_id = $1",
        )
        .bind(account)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Takes a suspension back.
///
/// # Errors
/// If the database does not answer.
pub async fn unsuspend(db: &mut PgConnection, id: i64) -> sqlx::Result<()> {
    sqlx::query("delete from account_deletion_requests where account_id = $1").bind(id).execute(&mut *db).await?;
    sqlx::query("delete from canonical_email_blocks where reference_account_id = $1")
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "update accounts set suspended_at = null, suspension_origin = null, updated_at = clock_timestamp() at time zone 'utc' where id = $1",
    )
    .bind(id)
    .execute(&mut *db)
    .await
    .map(|_| ())
}

/// One strike per call; some id. `status_ids` are the report's, as text.
///
/// # Errors
/// If the database does not answer.
pub async fn strike(
    db: &mut PgConnection,
    caller: &Caller,
    target: i64,
    action: i32,
    text: &str,
    report: Option<i64>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "insert into account_warnings (account_id, target_account_id, action, text, report_id, status_ids, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, (select status_ids::text[]::character varying[] from reports where id = $5), \
         clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc') returning id",
    )
    .bind(caller.account)
    .bind(target)
    .bind(action)
    .bind(text)
    .bind(report)
    .fetch_one(db)
    .await
}

/// Tells an account of a strike in the app.
///
/// # Errors
/// If the database does not answer.
pub async fn notify_strike(db: &mut PgConnection, target: i64, strike: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, created_at, updated_at) \
         values ($1, $1, $2, 'AccountWarning', 'moderation_warning', clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc')",
    )
    .bind(target)
    .bind(strike)
    .execute(db)
    .await
    .map(|_| ())
}

/// Tells everybody who may manage users of a new member, the frozen ones too.
///
/// # Errors
/// If the database does not answer.
pub async fn notify_sign_up(db: &mut PgConnection, account: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, group_key, created_at, updated_at) \
         select u.account_id, $1, $1, 'Account', 'admin.sign_up', 'admin.sign_up-' || extract(epoch from now())::bigint / 3600, \
         clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc' \
         from users u join user_roles r on r.id = u.role_id join accounts a on a.id = u.account_id \
         where (r.permissions & 1 = 1 or r.permissions & 1024 = 1024) and a.suspended_at is null order by u.id",
    )
    .bind(account)
    .execute(db)
    .await
    .map(|_| ())
}
