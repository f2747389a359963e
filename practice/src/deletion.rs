//! What goes when an account is deleted, and what stays (`app/services/delete_account_service.rb`).

use crate::{moderation, version::Version, webhooks::Event};
use serde_json::{Value, json};
use sqlx::PgConnection;

const EMPTIED: &str = "update accounts set silenced_at = null, locked = false, memorial = false, discoverable = false, trendable = false, display_name = '', note = '', fields = '[]', \
    moved_to_account_id = null, reviewed_at = null, requested_review_at = null, also_known_as = '{}', \
    avatar_file_name = null, avatar_content_type = null, avatar_file_size = null, avatar_updated_at = null, \
    header_file_name = null, header_content_type = null, header_file_size = null, header_updated_at = null, \
    updated_at = practice.now() where id = $1";
/// The mark of an emptied account: a suspension; since 4.7 that of a deletion, unless a domain block is behind it.
const SUSPENDED: &str = "update accounts set suspension_origin = 0, \
    suspended_at = coalesce((select created_at from domain_blocks where id = $2), practice.now()) where id = $1";
const DELETED: &str =
    "update accounts set requested_deletion_at = coalesce(requested_deletion_at, practice.now()) where id = $1";
const UNCOUNTED: &str = "insert into account_stats (account_id, created_at, updated_at) \
    values ($1, practice.now(), practice.now()) on conflict (account_id) do update \
    set statuses_count = 0, followers_count = 0, following_count = 0, updated_at = practice.now() \
    where account_stats.statuses_count <> 0 or account_stats.followers_count <> 0 or account_stats.following_count <> 0";
/// Posts that an open report names stay for whoever decides on it.
const REPORTED: &str = "select coalesce(array_agg(distinct s), '{}') from reports r, unnest(r.status_ids) s \
    where r.target_account_id = $1 and r.action_taken_at is null";
const SEVERED: &str = "insert into severed_relationships (relationship_severance_event_id, local_account_id, remote_account_id, \
    direction, show_reblogs, notify, languages, created_at, updated_at) \
    select $2, case when account_id = $1 then target_account_id else account_id end, $1, \
    case when account_id = $1 then 0 else 1 end, show_reblogs, notify, languages, practice.now(), practice.now() \
    from follows where account_id = $1 or target_account_id = $1 on conflict do nothing";

/// Empties an account; one that never became a member goes altogether. With a domain block, the suspension takes its time,
/// and cut follows are noted under its event.
///
/// # Errors
/// If the database does not answer.
pub async fn delete(
    db: &mut PgConnection,
    version: Version,
    account: &Value,
    block: Option<i64>,
    event: Option<i64>,
) -> sqlx::Result<Option<Event>> {
    let id = account["id"].as_i64().unwrap_or(0);
    let local = account["domain"].is_null();
    let user = &account["user"];
    if local && !user.is_null() && (user["confirmed_at"].is_null() || user["approved"] == json!(false)) {
        remove(db, id).await?;
        return Ok(None);
    }
    if let Some(event) = event {
        sqlx::query(SEVERED).bind(id).bind(event).execute(&mut *db).await?;
    }
    if let Some(user) = user["id"].as_i64() {
        sqlx::query("update users set disabled = true, updated_at = practice.now() where id = $1 and not disabled")
            .bind(user)
            .execute(&mut *db)
            .await?;
        sqlx::query("delete from invites where user_id = $1 and uses = 0").bind(user).execute(&mut *db).await?;
    }
    if version >= Version::V47 && block.is_none() {
        sqlx::query(DELETED).bind(id).execute(&mut *db).await?;
    } else {
        sqlx::query(SUSPENDED).bind(id).bind(block).execute(&mut *db).await?;
    }
    sqlx::query(EMPTIED).bind(id).execute(&mut *db).await?;
    sqlx::query(UNCOUNTED).bind(id).execute(&mut *db).await?;
    let reported: Vec<i64> = sqlx::query_scalar(REPORTED).bind(id).fetch_one(&mut *db).await?;
    sqlx::query("delete from media_attachments where account_id = $1 and (status_id is null or status_id <> all($2))")
        .bind(id)
        .bind(&reported)
        .execute(&mut *db)
        .await?;
    // Without callbacks: what no foreign key takes along stays, as `preview_cards_statuses` does
    // (`app/services/batched_remove_status_service.rb`).
    sqlx::query("delete from statuses where account_id = $1 and id <> all($2)")
        .bind(id)
        .bind(&reported)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from notifications where from_account_id = $1 or account_id = $1")
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from report_notes where account_id = $1").bind(id).execute(&mut *db).await?;
    let follows: Vec<i64> =
        sqlx::query_scalar("select id from follows where account_id = $1 or target_account_id = $1 order by id")
            .bind(id)
            .fetch_all(&mut *db)
            .await?;
    for follow in follows {
        moderation::unfollow(db, follow).await?;
    }
    sqlx::query("delete from account_deletion_requests where account_id = $1").bind(id).execute(&mut *db).await?;
    Ok(local.then_some(Event::Account("account.updated", id)))
}

/// Removes an account with everything that hangs on it.
///
/// # Errors
/// If the database does not answer.
pub async fn remove(db: &mut PgConnection, id: i64) -> sqlx::Result<()> {
    // 4.3 keeps these two by their foreign keys.
    sqlx::query("delete from account_moderation_notes where target_account_id = $1").bind(id).execute(&mut *db).await?;
    sqlx::query("delete from webauthn_credentials where user_id in (select id from users where account_id = $1)")
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from accounts where id = $1").bind(id).execute(db).await.map(|_| ())
}
