//! What Mastodon does to its rows when a moderator acts (`app/models/admin/account_action.rb`,
//! `app/models/concerns/account/suspensions.rb`, `app/models/report.rb`).

use crate::{
    auth::Caller,
    server::{Failure, Instance},
    version::Version,
};
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
         values ($1, $2, $3, $4, $5, $6, practice.now(), practice.now())",
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
        "update reports set action_taken_at = practice.now(), action_taken_by_account_id = $2, \
         updated_at = practice.now() where id = $1",
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
        "sensitive" => "update accounts set sensitized_at = practice.now(), updated_at = practice.now() where id = $1",
        _ => "update accounts set silenced_at = practice.now(), updated_at = practice.now() where id = $1",
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
         values ($1, practice.now(), practice.now())",
    )
    .bind(id)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update accounts set suspended_at = practice.now(), suspension_origin = 0, \
         updated_at = practice.now() where id = $1",
    )
    .bind(id)
    .execute(&mut *db)
    .await?;
    if let Some(email) = account["user"]["email"].as_str() {
        sqlx::query(
            "insert into canonical_email_blocks (canonical_email_hash, reference_account_id, created_at, updated_at) \
             values ($1, $2, practice.now(), practice.now()) \
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

/// Ends every follow by an account.
///
/// # Errors
/// If the database does not answer.
pub async fn reject_follows(db: &mut PgConnection, account: i64) -> sqlx::Result<()> {
    let follows: Vec<i64> =
        sqlx::query_scalar("select id from follows where account_id = $1").bind(account).fetch_all(&mut *db).await?;
    for follow in follows {
        unfollow(db, follow).await?;
    }
    Ok(())
}

/// Ends a follow, counters and notification included (`app/models/follow.rb`).
///
/// # Errors
/// If the database does not answer.
pub async fn unfollow(db: &mut PgConnection, follow: i64) -> sqlx::Result<()> {
    let gone: Option<(i64, i64)> =
        sqlx::query_as("delete from follows where id = $1 returning account_id, target_account_id")
            .bind(follow)
            .fetch_optional(&mut *db)
            .await?;
    let Some((account, target)) = gone else { return Ok(()) };
    sqlx::query("delete from notifications where activity_type = 'Follow' and activity_id = $1")
        .bind(follow)
        .execute(&mut *db)
        .await?;
    count_follow(db, account, target, -1).await
}

/// A row of counters that is missing begins at nothing (`app/models/concerns/account/counters.rb`).
async fn count_follow(db: &mut PgConnection, account: i64, target: i64, by: i64) -> sqlx::Result<()> {
    const FOLLOWING: &str = "insert into account_stats (account_id, following_count, created_at, updated_at) \
        values ($1, greatest($2, 0), practice.now(), practice.now()) on conflict (account_id) \
        do update set following_count = account_stats.following_count + $2, updated_at = practice.now()";
    const FOLLOWERS: &str = "insert into account_stats (account_id, followers_count, created_at, updated_at) \
        values ($1, greatest($2, 0), practice.now(), practice.now()) on conflict (account_id) \
        do update set followers_count = account_stats.followers_count + $2, updated_at = practice.now()";
    for (sql, id) in [(FOLLOWING, account), (FOLLOWERS, target)] {
        sqlx::query(sql).bind(id).bind(by).execute(&mut *db).await?;
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
        "update accounts set suspended_at = null, suspension_origin = null, updated_at = practice.now() where id = $1",
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
         practice.now(), practice.now()) returning id",
    )
    .bind(caller.account)
    .bind(target)
    .bind(action)
    .bind(text)
    .bind(report)
    .fetch_one(db)
    .await
}

/// Tells an account of a strike in the app, if somebody can still see it there (`app/services/notify_service.rb`).
///
/// # Errors
/// If the database does not answer.
pub async fn notify_strike(db: &mut PgConnection, target: i64, strike: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, created_at, updated_at) \
         select a.id, a.id, $2, 'AccountWarning', 'moderation_warning', practice.now(), practice.now() \
         from accounts a join users u on u.account_id = a.id where a.id = $1 and practice.available(a)",
    )
    .bind(target)
    .bind(strike)
    .execute(db)
    .await
    .map(|_| ())
}

/// What follows when somebody becomes a member: they follow who invited them, and staff is told
/// (`app/services/bootstrap_timeline_service.rb`).
///
/// # Errors
/// If the database does not answer.
pub async fn welcome(db: &mut PgConnection, instance: &Instance, account: &Value) -> Result<(), Failure> {
    const INVITER: &str = "select a.id from invites i join users u on u.id = i.user_id join accounts a on a.id = u.account_id \
        where i.id = $1 and i.autofollow and practice.available(a) and not a.locked and a.id <> $2";
    let id = account["id"].as_i64().unwrap_or(0);
    let inviter: Option<i64> = sqlx::query_scalar(INVITER)
        .bind(account["user"]["invite_id"].as_i64())
        .bind(id)
        .fetch_optional(&mut *db)
        .await?;
    if let Some(inviter) = inviter {
        follow(db, instance, id, inviter).await?;
    }
    notify_sign_up(db, instance.version, id).await?;
    Ok(())
}

async fn follow(db: &mut PgConnection, instance: &Instance, account: i64, target: i64) -> sqlx::Result<()> {
    let uri: String = sqlx::query_scalar("select gen_random_uuid()::text").fetch_one(&mut *db).await?;
    let follow: i64 = sqlx::query_scalar(
        "insert into follows (account_id, target_account_id, uri, show_reblogs, notify, created_at, updated_at) \
         values ($1, $2, $3, true, false, practice.now(), practice.now()) returning id",
    )
    .bind(account)
    .bind(target)
    .bind(format!("{}/{uri}", instance.base()))
    .fetch_one(&mut *db)
    .await?;
    count_follow(db, account, target, 1).await?;
    sqlx::query(
        "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, group_key, created_at, updated_at) \
         values ($1, $2, $3, 'Follow', 'follow', 'follow-' || extract(epoch from now())::bigint / 3600, practice.now(), practice.now())",
    )
    .bind(target)
    .bind(account)
    .bind(follow)
    .execute(db)
    .await
    .map(|_| ())
}

/// Tells everybody who may manage users of a new member, the frozen ones too.
async fn notify_sign_up(db: &mut PgConnection, version: Version, account: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, group_key, created_at, updated_at) \
         select u.account_id, $1, $1, 'Account', 'admin.sign_up', \
         case when $2 then 'admin.sign_up-' || extract(epoch from now())::bigint / 3600 end, practice.now(), practice.now() \
         from users u join accounts a on a.id = u.account_id where u.role_id = any (array( \
         select id from user_roles where permissions & 1 = 1 or permissions & 1024 = 1024)) \
         and practice.available(a) order by u.id",
    )
    .bind(account)
    .bind(version >= Version::V44)
    .execute(db)
    .await
    .map(|_| ())
}

/// Tells everybody who may manage reports of the first open one about an account (`app/services/report_service.rb`).
///
/// # Errors
/// If the database does not answer.
pub async fn notify_report(db: &mut PgConnection, reporter: i64, report: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into notifications (account_id, from_account_id, activity_id, activity_type, type, created_at, updated_at) \
         select u.account_id, $1, $2, 'Report', 'admin.report', practice.now(), practice.now() \
         from users u join accounts a on a.id = u.account_id where u.role_id = any (array( \
         select id from user_roles where permissions & 1 = 1 or permissions & 16 = 16)) \
         and practice.available(a) and a.id <> $1 order by u.id",
    )
    .bind(reporter)
    .bind(report)
    .execute(db)
    .await
    .map(|_| ())
}
