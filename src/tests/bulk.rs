//! Many cases at once, and cases that pass from hand to hand.

use crate::support::{House, house, postgres, sqlite};
use axum::http::StatusCode;
use howdah::{
    batches::service::{OfBatch, engine},
    id::OperatorId,
    ledger::Outcome,
    store::batches,
};

/// Works on batches until none is left, and never for ever.
async fn work(house: &House) {
    let instance = house.app.instances.keys().next().unwrap();
    for _ in 0..50 {
        engine::work::<OfBatch>(&house.app, house.app.instances.values().next().unwrap(), "a process", 50)
            .await
            .unwrap();
        if batches::running(&house.app.store, &house.app.keys, instance).await.unwrap().is_empty() {
            return;
        }
    }
    panic!("a batch does not end");
}

async fn open_reports(house: &House, username: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from reports r join accounts a on a.id = r.target_account_id \
         where a.username = $1 and r.action_taken_at is null",
    )
    .bind(username)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

fn value<'a>(page: &'a str, name: &str) -> String {
    let value: &'a str = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

#[tokio::test]
async fn many_cases_are_closed_by_a_filter_that_is_frozen() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let path = "/i/harbour/reports?category=spam&all=yes&decide=resolve";
        let page = house.get(Some(&cookie), path).await;
        assert!(page.body.contains("Mark as resolved: 2"), "{}", page.body);
        let seen = value(&page.body, "seen");
        let cases: Vec<(String, Vec<String>)> = serde_json::from_str(&seen).unwrap();
        assert!(cases.len() > 10);
        assert_eq!(house.weather.writes(), 0, "nothing before it is asked for");
        let form = [
            ("instance", "harbour"),
            ("seen", seen.as_str()),
            ("decision", "resolve"),
            ("why", "one spam wave"),
            ("back", path),
        ];
        let begun = house.post(Some(&cookie), "/api/reports/decide-many", &form).await.location.unwrap();
        assert!(begun.starts_with("/i/harbour/batches/"), "{begun}");
        // A new report about the first, which nobody has read; a colleague holds the second.
        let (first, second) = (cases[0].0.parse::<i64>().unwrap(), cases[1].0.clone());
        sqlx::query(
            "insert into reports (account_id, target_account_id, created_at, updated_at) \
             select account_id, target_account_id, now(), now() from reports where target_account_id = $1 limit 1",
        )
        .bind(first)
        .execute(&house.instance)
        .await
        .unwrap();
        let admin = house.sign_in("admin").await;
        house
            .post(Some(&admin), "/api/reports/hold", &[("instance", "harbour"), ("account", &second), ("claim", "yes")])
            .await;
        work(&house).await;
        let page = house.get(Some(&cookie), &begun).await;
        assert!(page.body.contains(&format!("{} done", cases.len() - 2)), "{}", page.body);
        assert!(page.body.contains("haven’t seen") && page.body.contains("is assigned to"), "{}", page.body);
        let filter = howdah::ledger::Filter { kind: Some("decide_case".into()), limit: 100, ..Default::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        assert_eq!(entries.len(), cases.len() - 1, "an intent each, none for the one that is held");
        assert_eq!(entries.iter().filter(|entry| entry.outcome == Some(Outcome::Stale)).count(), 1);
    }
}

#[tokio::test]
async fn a_sanction_on_many_writes_to_each_and_needs_words() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (one, _) = house.case("windvane").await;
    let (two, _) = house.case("lantern_fell").await;
    let path = format!("/i/harbour/reports?who={one}&who={two}&decide=silence");
    let page = house.get(Some(&cookie), &path).await;
    assert!(page.body.contains("Limit: 2 cases"), "{}", page.body);
    let seen = value(&page.body, "seen");
    let mut form = vec![
        ("instance", "harbour"),
        ("seen", seen.as_str()),
        ("decision", "silence"),
        ("mail", "yes"),
        ("back", &path),
    ];
    let refused = house.post(Some(&cookie), "/api/reports/decide-many", &form).await;
    let back = house.get(Some(&cookie), &refused.location.unwrap()).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "neither words nor reason");
    form.push(("text", "Please read the rules."));
    house.post(Some(&cookie), "/api/reports/decide-many", &form).await;
    work(&house).await;
    for username in ["windvane", "lantern_fell"] {
        assert_eq!(open_reports(&house, username).await, 0, "{username}");
        let text: String = sqlx::query_scalar(
            "select w.text from account_warnings w join accounts a on a.id = w.target_account_id \
             where a.username = $1 and w.action = 3000 order by w.id desc limit 1",
        )
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        assert_eq!(text, "Please read the rules.");
    }
}

#[tokio::test]
async fn a_case_is_handed_over_with_a_note_for_its_new_holder_alone() {
    let house = house(sqlite().await).await;
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    let (account, reports) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    let form = |to: &'static str| {
        [
            ("instance", "harbour".to_owned()),
            ("account", account.clone()),
            ("to", to.to_owned()),
            ("note", "Knows the history.".to_owned()),
            ("back", case.clone()),
        ]
    };
    let post = async |cookie: &str, to: &'static str| {
        let form = form(to);
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        house.post(Some(cookie), "/api/reports/hand-over", &form).await
    };
    let nobodys = post(&moderator, "01admin").await;
    let page = house.get(Some(&moderator), &nobodys.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "only what one holds");
    house
        .post(
            Some(&moderator),
            "/api/reports/hold",
            &[("instance", "harbour"), ("account", &account), ("claim", "yes")],
        )
        .await;
    let wrong = post(&moderator, "01auditor").await;
    let page = house.get(Some(&moderator), &wrong.location.unwrap()).await;
    assert!(page.body.contains("Choose a colleague who may decide here"), "{}", page.body);
    // Of somebody on the staff only those are offered who may decide about staff.
    let staff = "update users set role_id = (select id from user_roles where name = 'Moderator' limit 1) \
        where account_id = $1::text::bigint";
    let offered = async || {
        let page = house.get(Some(&moderator), &case).await.body;
        ["01admin", "01owner", "01contractor"].map(|person| page.contains(&format!("value=\"{person}\"")))
    };
    assert_eq!(offered().await, [true, true, true]);
    sqlx::query(staff).bind(&account).execute(&house.instance).await.unwrap();
    assert_eq!(offered().await, [true, true, false]);
    let back = "update users set role_id = null where account_id = $1::text::bigint";
    sqlx::query(back).bind(&account).execute(&house.instance).await.unwrap();
    let done = post(&moderator, "01admin").await;
    assert_eq!(done.location.as_deref(), Some("/i/harbour/reports"));
    assert_eq!(house.outcome("hand_over_case").await, Some(Outcome::Succeeded));
    assert!(house.get(Some(&admin), &case).await.body.contains("moderator: Knows the history."));
    assert!(!house.get(Some(&moderator), &case).await.body.contains("Knows the history."));
    // It is the admin's now.
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", reports.as_str()),
        ("state", crate::support::NO_SANCTION),
        ("back", case.as_str()),
    ];
    let refused = house.post(Some(&moderator), "/api/reports/decide", &form).await;
    assert!(refused.location.unwrap().contains("draft="));
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let (holder, note): (String, String) =
        sqlx::query_as("select operator, sealed_note from case_holds").fetch_one(pool).await.unwrap();
    assert_eq!(OperatorId(holder), OperatorId("01admin".into()));
    assert!(!note.contains("history"), "sealed");
    // Ten minutes without a look, and it is nobody's.
    sqlx::query("update case_holds set seen_at = seen_at - 600001").execute(pool).await.unwrap();
    let done = house.post(Some(&moderator), "/api/reports/decide", &form).await;
    assert!(done.location.unwrap().contains("done="));
}
