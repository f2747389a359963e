//! What happens when the practice clock is moved.

use crate::community::Community;
use practice::{
    cache::Cache,
    jobs::{self, Job},
    tick::{Done, duration, tick},
    version::Version,
};
use serde_json::json;

async fn pass(community: &Community, by: &str) -> Done {
    let cache = Cache::connect(&community.stage.redis_url).await.unwrap();
    tick(community.stage.pool.clone(), Some(cache), duration(by).unwrap()).await.unwrap()
}

async fn text(community: &Community, sql: &'static str, id: i64) -> Option<String> {
    sqlx::query_scalar(sql).bind(id).fetch_optional(&community.stage.pool).await.unwrap()
}

async fn suspended_is_emptied_after_thirty_days(version: Version) {
    const NAME: &str = "select display_name::text from accounts where id = $1";
    let community = Community::new(version).await;
    let (user, account) = community.plain_person().await;
    sqlx::query("update accounts set display_name = 'Somebody' where id = $1")
        .bind(account)
        .execute(&community.stage.pool)
        .await
        .unwrap();
    // What was due before anybody looked.
    pass(&community, "0s").await;
    let path = format!("/api/v1/admin/accounts/{account}/action");
    let action = json!({ "type": "suspend" });
    assert_eq!(community.ask("POST", &path, Some(&community.owner), Some(action)).await.status, 200);
    pass(&community, "29d").await;
    assert_eq!(text(&community, NAME, account).await.as_deref(), Some("Somebody"));
    let done = pass(&community, "2d").await;
    assert!(done.deleted >= 1, "{done:?}");
    assert_eq!(text(&community, NAME, account).await.as_deref(), Some(""));
    let disabled: bool = sqlx::query_scalar("select disabled from users where id = $1")
        .bind(user)
        .fetch_one(&community.stage.pool)
        .await
        .unwrap();
    assert!(disabled);
    const REQUEST: &str = "select id::text from account_deletion_requests where account_id = $1";
    assert_eq!(text(&community, REQUEST, account).await, None);
    // One that was suspended since waits its own thirty days.
    let (_, other) = community.plain_person().await;
    let path = format!("/api/v1/admin/accounts/{other}/action");
    let action = json!({ "type": "suspend" });
    assert_eq!(community.ask("POST", &path, Some(&community.owner), Some(action)).await.status, 200);
    pass(&community, "1d").await;
    assert!(text(&community, REQUEST, other).await.is_some());
    community.stage.end().await;
}

#[tokio::test]
async fn a_suspended_account_is_emptied_after_thirty_days_4_7() {
    suspended_is_emptied_after_thirty_days(Version::V47).await;
}

#[tokio::test]
async fn a_suspended_account_is_emptied_after_thirty_days_4_6() {
    suspended_is_emptied_after_thirty_days(Version::V46).await;
}

#[tokio::test]
async fn a_suspended_account_is_emptied_after_thirty_days_4_3() {
    suspended_is_emptied_after_thirty_days(Version::V43).await;
}

#[tokio::test]
async fn unconfirmed_sign_ups_go_after_seven_days() {
    const USER: &str = "select id::text from users where id = $1";
    let community = Community::new(Version::V46).await;
    community.store("registrations_mode", "--- approved\n").await;
    let application = community.application().await;
    assert_eq!(community.sign_up(&application, "nobody").await.status, 200);
    let user: i64 = sqlx::query_scalar("select id from users where email = 'nobody@new.test'")
        .fetch_one(&community.stage.pool)
        .await
        .unwrap();
    pass(&community, "6d").await;
    assert!(text(&community, USER, user).await.is_some());
    assert!(pass(&community, "1d").await.unconfirmed >= 1);
    assert!(text(&community, USER, user).await.is_none());
    community.stage.end().await;
}

#[tokio::test]
async fn a_removed_post_goes_after_thirty_days_with_its_files_and_its_link() {
    let community = Community::new(Version::V46).await;
    let pool = &community.stage.pool;
    let (status, file): (i64, i64) = sqlx::query_as(
        "select s.id, m.id from statuses s join media_attachments m on m.status_id = s.id \
         where s.deleted_at is null order by s.id limit 1",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into preview_cards_statuses (preview_card_id, status_id) values (1, $1) on conflict do nothing",
    )
    .bind(status)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("update statuses set deleted_at = practice.now() where id = $1")
        .bind(status)
        .execute(pool)
        .await
        .unwrap();
    const LINK: &str = "select status_id::text from preview_cards_statuses where status_id = $1";
    const FILE: &str = "select id::text from media_attachments where id = $1";
    pass(&community, "29d").await;
    assert!(text(&community, LINK, status).await.is_some());
    assert!(pass(&community, "1d").await.posts >= 1);
    assert_eq!(text(&community, LINK, status).await, None);
    assert_eq!(text(&community, FILE, file).await, None);
    community.stage.end().await;
}

#[tokio::test]
async fn open_registrations_are_closed_when_no_moderator_was_here() {
    let community = Community::new(Version::V46).await;
    community.store("registrations_mode", "--- open\n").await;
    sqlx::query("update users set current_sign_in_at = practice.now() where role_id is not null")
        .execute(&community.stage.pool)
        .await
        .unwrap();
    let application = community.application().await;
    assert_eq!(community.sign_up(&application, "early").await.status, 200);
    assert!(!pass(&community, "7d").await.closed);
    assert!(pass(&community, "1d").await.closed);
    let stored: String = sqlx::query_scalar("select value from settings where var = 'registrations_mode'")
        .fetch_one(&community.stage.pool)
        .await
        .unwrap();
    assert_eq!(stored, "--- approved\n");
    // The setting's key is gone with it: the next one waits for review.
    assert_eq!(community.sign_up(&application, "late").await.status, 200);
    let approved: Vec<bool> =
        sqlx::query_scalar("select approved from users where email in ('early@new.test', 'late@new.test') order by id")
            .fetch_all(&community.stage.pool)
            .await
            .unwrap();
    // The first was never confirmed, and seven days have passed.
    assert_eq!(approved, [false]);
    assert!(!pass(&community, "30d").await.closed);
    community.stage.end().await;
}

#[tokio::test]
async fn rules_and_invitations_end_on_time() {
    let community = Community::new(Version::V46).await;
    let rule = json!({ "ip": "203.0.113.0/24", "severity": "sign_up_block", "expires_in": 7200 });
    assert_eq!(community.ask("POST", "/api/v1/admin/ip_blocks", Some(&community.owner), Some(rule)).await.status, 200);
    let (user, _) = community.plain_person().await;
    sqlx::query(
        "insert into invites (user_id, code, expires_at, created_at, updated_at) \
         values ($1, 'TILLnoon', practice.now() + interval '2 hours', practice.now(), practice.now())",
    )
    .bind(user)
    .execute(&community.stage.pool)
    .await
    .unwrap();
    assert_eq!(pass(&community, "1h").await.ip_rules, 0);
    assert_eq!(community.ask("GET", "/invite/TILLnoon", None, None).await.status, 200);
    assert_eq!(pass(&community, "61m").await.ip_rules, 1);
    assert_eq!(community.ask("GET", "/invite/TILLnoon", None, None).await.status, 401);
    community.stage.end().await;
}

#[tokio::test]
async fn work_that_was_left_over_is_done() {
    let community = Community::new(Version::V46).await;
    let domain: String = sqlx::query_scalar(
        "select domain::text from accounts where domain is not null and suspended_at is null order by id limit 1",
    )
    .fetch_one(&community.stage.pool)
    .await
    .unwrap();
    let block: i64 = sqlx::query_scalar(
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ($1, 1, practice.now(), practice.now()) \
         on conflict (domain) do update set severity = 1 returning id",
    )
    .bind(&domain)
    .fetch_one(&community.stage.pool)
    .await
    .unwrap();
    let mut db = community.stage.pool.acquire().await.unwrap();
    jobs::queue(&mut db, &Job::BlockDomain { block, severity_changed: false }).await.unwrap();
    pass(&community, "1m").await;
    let left: i64 = sqlx::query_scalar("select count(*) from accounts where domain = $1 and suspended_at is null")
        .bind(&domain)
        .fetch_one(&community.stage.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let waiting: i64 =
        sqlx::query_scalar("select count(*) from practice.jobs").fetch_one(&community.stage.pool).await.unwrap();
    assert_eq!(waiting, 0);
    community.stage.end().await;
}
