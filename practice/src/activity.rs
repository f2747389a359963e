//! Who was active and who joined, per day (`app/lib/activity_tracker.rb`).

use sqlx::PgExecutor;

/// A person signed in or called.
pub const LOGINS: &str = "logins";
/// A person became a member.
pub const REGISTRATIONS: &str = "registrations";

/// Counts a person today, once.
///
/// # Errors
/// If the database does not answer.
pub async fn record(db: impl PgExecutor<'_>, kind: &str, user: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into practice.activity (day, kind, user_id) values (practice.now()::date, $1, $2) on conflict do nothing",
    )
    .bind(kind)
    .bind(user)
    .execute(db)
    .await
    .map(|_| ())
}

/// How many people from one day up to and without another, in days before today.
///
/// # Errors
/// If the database does not answer.
pub async fn count(db: impl PgExecutor<'_>, kind: &str, first: i32, end: i32) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "select count(distinct user_id) from practice.activity where kind = $1 \
         and day >= practice.now()::date - $2 and day < practice.now()::date - $3",
    )
    .bind(kind)
    .bind(first)
    .bind(end)
    .fetch_one(db)
    .await
}
