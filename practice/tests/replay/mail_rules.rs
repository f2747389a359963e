//! Sign-ups from domains of mail that are under a rule.

use crate::community::Community;
use practice::version::Version;
use serde_json::json;

#[tokio::test]
async fn a_blocked_domain_refuses_and_counts_the_attempt() {
    let community = Community::new(Version::V46).await;
    community.store("registrations_mode", "--- open\n").await;
    let application = community.application().await;
    let rule = json!({ "domain": "new.test" });
    let made = community.ask("POST", "/api/v1/admin/email_domain_blocks", Some(&community.owner), Some(rule)).await;
    let refused = community.sign_up(&application, "eager").await;
    assert_eq!(refused.status, 422);
    let description = "uses a disallowed e-mail provider";
    let details = json!({ "email": [{ "error": "ERR_BLOCKED", "description": description }] });
    assert_eq!(refused.body["details"], details);
    let path = format!("/api/v1/admin/email_domain_blocks/{}", made.body["id"].as_str().unwrap());
    let shown = community.ask("GET", &path, Some(&community.owner), None).await;
    let today = &shown.body["history"][0];
    assert_eq!((&today["accounts"], &today["uses"]), (&json!("1"), &json!("1")));
    assert_eq!(shown.body["history"][1]["uses"], json!("0"));
    assert_eq!(shown.body["history"].as_array().map(Vec::len), Some(7));
    community.stage.end().await;
}

#[tokio::test]
async fn a_domain_under_review_makes_an_open_site_wait() {
    let community = Community::new(Version::V46).await;
    community.store("registrations_mode", "--- open\n").await;
    let application = community.application().await;
    let rule = json!({ "domain": "new.test", "allow_with_approval": true });
    community.ask("POST", "/api/v1/admin/email_domain_blocks", Some(&community.owner), Some(rule)).await;
    assert_eq!(community.sign_up(&application, "patient").await.status, 200);
    let approved: bool = sqlx::query_scalar("select approved from users where email = 'patient@new.test'")
        .fetch_one(&community.stage.pool)
        .await
        .unwrap();
    assert!(!approved);
    community.stage.end().await;
}
