//! What SQL from outside does to settings, roles and invitations, and what the caches hide: the observations of
//! `recordings/…/direct-writes.json` as far as there are doors to see them by. Mastodon's own pages are not imitated.

use crate::{community::Community, support::DOMAIN};
use practice::version::Version;
use serde_json::{Value, json};

const SETTINGS: &str = "cache:rails_settings_cached/*";
const INSTANCE: &str = "cache:api/v*/instances/show:*";
const NODEINFO: &str = "cache:well_known/node_info/show";

async fn registrations(community: &Community) -> Value {
    let answer = community.ask("GET", "/api/v2/instance", None, None).await;
    match answer.status {
        200 => json!([answer.body["registrations"]["enabled"], answer.body["registrations"]["approval_required"]]),
        status => json!(status),
    }
}

async fn setting_shows_when_its_keys_are_gone(version: Version) {
    let mut community = Community::new(version).await;
    community.store("registrations_mode", "--- approved\n").await;
    let application = community.application().await;
    assert_eq!(registrations(&community).await, json!([true, true]));
    community.ask("GET", "/api/v1/instance", None, None).await;
    assert_eq!(community.ask("GET", "/nodeinfo/2.0", None, None).await.body["openRegistrations"], json!(true));
    assert_eq!(community.sign_up(&application, "before").await.status, 200);

    // Only the row: everybody goes by what is cached.
    community.store("registrations_mode", "--- none\n").await;
    assert_eq!(registrations(&community).await, json!([true, true]));
    assert_eq!(community.sign_up(&application, "between").await.status, 200);

    // The settings' keys: the sign-up follows, the instance does not.
    assert!(community.stage.forget(SETTINGS).await > 0);
    let refused = community.sign_up(&application, "after").await;
    assert_eq!((refused.status, refused.body), (403, json!({ "error": "Forbidden" })));
    assert_eq!(registrations(&community).await, json!([true, true]));

    // The instance's keys: all agree.
    assert_eq!(community.stage.forget(INSTANCE).await, 2);
    assert_eq!(community.stage.forget(NODEINFO).await, 1);
    assert_eq!(registrations(&community).await, json!([false, false]));
    assert_eq!(community.ask("GET", "/nodeinfo/2.0", None, None).await.body["openRegistrations"], json!(false));
    community.stage.end().await;
}

#[tokio::test]
async fn a_setting_shows_when_its_keys_are_gone_4_6() {
    setting_shows_when_its_keys_are_gone(Version::V46).await;
}

#[tokio::test]
async fn a_setting_shows_when_its_keys_are_gone_4_3() {
    setting_shows_when_its_keys_are_gone(Version::V43).await;
}

#[tokio::test]
async fn a_stored_text_is_taken_as_ruby_takes_it() {
    let mut community = Community::new(Version::V46).await;
    let texts = [
        ("--- approved\n", json!([true, true])),
        ("--- open\n", json!([true, false])),
        ("--- \"open\"\n", json!([true, false])),
        ("open", json!([true, false])),
        ("--- 'none'\n", json!([false, false])),
        // Nil and nonsense count as neither closed nor asking for approval.
        ("--- nonsense\n", json!([true, false])),
        ("---\n", json!([true, false])),
        ("", json!([true, false])),
        ("--- 2024-01-01\n", json!(500)),
        ("--- : :\n", json!(500)),
    ];
    for (text, want) in texts {
        community.store("registrations_mode", text).await;
        community.stage.forget(SETTINGS).await;
        community.stage.forget(INSTANCE).await;
        assert_eq!(registrations(&community).await, want, "{text:?}");
        // The admin API goes on.
        let reports = community.ask("GET", "/api/v1/admin/reports?limit=1", Some(&community.owner), None).await;
        assert_eq!(reports.status, 200, "{text:?}");
    }
    community.stage.end().await;
}

#[tokio::test]
async fn a_conflict_on_4_3_makes_a_second_row_and_the_older_is_obeyed() {
    let mut community = Community::new(Version::V43).await;
    community.store("registrations_mode", "--- none\n").await;
    sqlx::query(
        "insert into settings (var, value, created_at, updated_at) values ('registrations_mode', E'--- open\\n', practice.now(), practice.now()) \
         on conflict (thing_type, thing_id, var) do update set value = excluded.value",
    )
    .execute(&community.stage.pool)
    .await
    .unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from settings where var = 'registrations_mode'")
        .fetch_one(&community.stage.pool)
        .await
        .unwrap();
    assert_eq!(rows, 2);
    community.stage.forget(SETTINGS).await;
    community.stage.forget(INSTANCE).await;
    assert_eq!(registrations(&community).await, json!([false, false]));
    community.stage.end().await;
}

#[tokio::test]
async fn a_role_given_by_sql_holds_at_the_next_request() {
    let community = Community::new(Version::V46).await;
    let (user, _) = community.plain_person().await;
    let token = Community::token(&community.stage.pool, user).await;
    let reports = async || community.ask("GET", "/api/v1/admin/reports?limit=1", Some(&token), None).await.status;
    let role = async || {
        let person = community.ask("GET", "/api/v1/accounts/verify_credentials", Some(&token), None).await;
        person.body["role"]["id"].as_str().expect("a role").to_owned()
    };
    let set = async |role: Option<i64>| {
        sqlx::query("update users set role_id = $2 where id = $1")
            .bind(user)
            .bind(role)
            .execute(&community.stage.pool)
            .await
            .unwrap();
    };
    let moderators: i64 =
        sqlx::query_scalar("select id from user_roles where permissions & 17 = 16 order by id limit 1")
            .fetch_one(&community.stage.pool)
            .await
            .unwrap();
    assert_eq!((reports().await, role().await), (403, "-99".to_owned()));
    set(Some(moderators)).await;
    assert_eq!((reports().await, role().await), (200, moderators.to_string()));
    set(None).await;
    assert_eq!((reports().await, role().await), (403, "-99".to_owned()));
    // Stored outright, everyone's role is like none.
    set(Some(-99)).await;
    assert_eq!((reports().await, role().await), (403, "-99".to_owned()));
    community.stage.end().await;
}

#[tokio::test]
async fn an_invitation_made_by_sql_is_valid_until_it_is_ended() {
    let community = Community::new(Version::V46).await;
    let (user, _) = community.plain_person().await;
    sqlx::query(
        "insert into invites (user_id, code, created_at, updated_at) values ($1, 'HOWDY123', practice.now(), practice.now())",
    )
    .bind(user)
    .execute(&community.stage.pool)
    .await
    .unwrap();
    let look = async || community.ask("GET", "/invite/HOWDY123", None, None).await;
    let valid = look().await;
    assert_eq!(valid.status, 200);
    let address = format!("https://{}/api/v2/instance", DOMAIN);
    assert_eq!(valid.body, json!({ "invite_code": "HOWDY123", "instance_api_url": address }));
    sqlx::query("update invites set expires_at = practice.now(), updated_at = practice.now() where code = 'HOWDY123'")
        .execute(&community.stage.pool)
        .await
        .unwrap();
    let ended = look().await;
    assert_eq!((ended.status, ended.body), (401, json!({ "error": "This invite is not valid" })));
    assert_eq!(community.ask("GET", "/invite/howdy123", None, None).await.status, 404);
    community.stage.end().await;
}
