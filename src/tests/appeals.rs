//! Appeals: listed with what was decided and by whom, counted everywhere, linked to where they are decided, and unknown where
//! they may not be read.

use crate::{
    seen::text,
    support::{House, house, house_of, postgres, sqlite},
};
use axum::http::StatusCode;
use howdah::audit::service::outside_changes;
use practice::version::Version;

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

async fn id_of(house: &House, name: &str) -> String {
    let sql = "select id::text from accounts where domain is null and username = $1";
    sqlx::query_scalar(sql).bind(name).fetch_one(&house.instance).await.unwrap()
}

async fn strike_of(house: &House, name: &str) -> i64 {
    let sql = "select w.id from account_warnings w join accounts a on a.id = w.target_account_id where a.username = $1";
    sqlx::query_scalar(sql).bind(name).fetch_one(&house.instance).await.unwrap()
}

#[tokio::test]
async fn an_appeal_is_listed_counted_and_linked_in_every_release() {
    for version in Version::ALL {
        let house = house_of(sqlite().await, version).await;
        house.look().await;
        let moderator = house.sign_in("moderator").await;
        let there = format!("/disputes/strikes/{}\"", strike_of(&house, "quietly").await);
        let list = house.get(Some(&moderator), "/i/harbour/appeals").await;
        assert_eq!(list.status, StatusCode::OK, "{version:?}: {}", list.body);
        let said = text(&list.body);
        for says in
            ["Appeals", "@quietly", "Limited", "by @leabrandt", "It was a joke among friends.", "Decide in Mastodon"]
        {
            assert!(said.contains(says), "{version:?} {says}: {said}");
        }
        assert!(list.body.contains(&there), "{version:?}: {}", list.body);
        // Counted in the rail of every page, and on the overview.
        let rail = "href=\"/i/harbour/appeals\"";
        let overview = house.get(Some(&moderator), "/i/harbour").await.body;
        let after = overview.split(rail).nth(1).unwrap().split("</a>").next().unwrap();
        assert!(after.contains("class=\"count\">1<"), "{version:?}: {after}");
        assert!(text(&overview).contains("Pending appeals1"), "{version:?}: {}", text(&overview));
        // On the account and in the case, with its words and the way to decide it.
        let account = id_of(&house, "quietly").await;
        for page in [format!("/i/harbour/accounts/{account}"), format!("/i/harbour/reports/{account}")] {
            let page = house.get(Some(&moderator), &page).await.body;
            let said = text(&page);
            for says in ["1 appeal pending", "It was a joke among friends.", "Decide in Mastodon"] {
                assert!(said.contains(says), "{version:?} {says}: {said}");
            }
            assert!(page.contains(&there), "{version:?}");
        }
    }
}

#[tokio::test]
async fn a_decision_about_an_appeal_is_noticed_and_listed() {
    let house = house(postgres().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let instance = house.app.instances.values().next().unwrap().clone();
    outside_changes::compare(&house.app, &instance).await.unwrap();
    // Somebody appeals, which is their own doing; and then it is decided in Mastodon.
    let strike = strike_of(&house, "veiled").await;
    run(
        &house,
        &format!(
            "insert into appeals (account_id, account_warning_id, text, created_at, updated_at) \
        select target_account_id, id, 'That was my cat.', now(), now() from account_warnings where id = {strike}"
        ),
    )
    .await;
    assert_eq!(outside_changes::compare(&house.app, &instance).await.unwrap(), 0, "an appeal is nobody's decision");
    house.look().await;
    let said = text(&house.get(Some(&owner), "/i/harbour/appeals").await.body);
    assert!(said.contains("Pending 2") && said.contains("That was my cat."), "{said}");
    run(
        &house,
        &format!(
            "update appeals set rejected_at = now(), rejected_by_account_id = \
        (select id from accounts where domain is null and username = 'leabrandt') where account_warning_id = {strike}"
        ),
    )
    .await;
    assert_eq!(outside_changes::compare(&house.app, &instance).await.unwrap(), 1);
    house.look().await;
    let said = text(&house.get(Some(&owner), "/i/harbour/appeals").await.body);
    assert!(said.contains("Pending 1") && !said.contains("That was my cat."), "{said}");
    let said = text(&house.get(Some(&owner), "/i/harbour/appeals?state=decided").await.body);
    assert!(said.contains("That was my cat.") && said.contains("rejected by @leabrandt"), "{said}");
    let noticed = "the appeal of @veiled was rejected by @leabrandt in Mastodon";
    let audit = text(&house.get(Some(&owner), "/audit?kind=changed_elsewhere").await.body);
    assert!(audit.contains(noticed), "{audit}");
    assert!(text(&house.get(Some(&owner), "/i/harbour").await.body).contains(noticed), "and on the overview");
    // It goes with the account it is about.
    let account = id_of(&house, "veiled").await;
    let page = text(&house.get(Some(&owner), &format!("/i/harbour/accounts/{account}")).await.body);
    assert!(page.contains(noticed) && page.contains("appeal rejected"), "{page}");
}

/// An appeal that waits is looked at however old it is, and what is decided about it is noticed, although thousands came after
/// it; one that was decided before anybody looked is not decided now.
#[tokio::test]
async fn a_decision_about_an_old_appeal_is_noticed() {
    let house = house(sqlite().await).await;
    let strike = strike_of(&house, "veiled").await;
    // Two old ones, of which one waits, and newer ones in plenty.
    run(
        &house,
        &format!(
            "insert into account_warnings (id, account_id, target_account_id, action, text, created_at, updated_at) \
             select 1000000000 + n, account_id, target_account_id, action, text, created_at, updated_at \
             from account_warnings cross join generate_series(2, 6000) n where id = {strike}; \
             insert into appeals (id, account_id, account_warning_id, text, approved_at, created_at, updated_at) \
             select 1000000 + n, w.target_account_id, s.id, '', case when n = 1 then null else now() end, now(), now() \
             from account_warnings w cross join lateral (select n, case when n = 1 then w.id else 1000000000 + n end as id \
             from generate_series(1, 6000) n) s where w.id = {strike}"
        ),
    )
    .await;
    let instance = house.app.instances.values().next().unwrap().clone();
    let compare = async || outside_changes::compare(&house.app, &instance).await.unwrap();
    assert_eq!(compare().await, 0, "the first look");
    run(
        &house,
        "update appeals set rejected_at = now(), rejected_by_account_id = \
         (select id from accounts where domain is null and username = 'leabrandt') where id = 1000001",
    )
    .await;
    assert_eq!(compare().await, 1);
    let owner = house.sign_in("owner").await;
    let audit = text(&house.get(Some(&owner), "/audit?kind=changed_elsewhere").await.body);
    assert!(audit.contains("the appeal of @veiled was rejected by @leabrandt in Mastodon"), "{audit}");
    assert_eq!(compare().await, 0, "once");
    // As newer ones go, older ones are among the newest again: nobody decided them now.
    run(&house, "delete from appeals where id > 1004000").await;
    assert_eq!(compare().await, 0);
}

#[tokio::test]
async fn what_may_not_be_read_is_not_known_and_never_zero() {
    let house = house(sqlite().await).await;
    // A role as former releases of the console asked for it: that there are appeals is granted, and not what they say.
    let mut url: url::Url = house.config.instances[0].database_url.expose().parse().unwrap();
    let role = format!("r{:016x}", rand::random::<u64>());
    run(&house, &format!("create role {role} login")).await;
    let granted = howdah::mastodon::database::grants_sql("4.6".parse().unwrap(), &role);
    run(&house, &granted).await;
    run(&house, &format!("revoke select (text, account_id, created_at) on appeals from {role}")).await;
    url.set_username(&role).unwrap();
    let house =
        house.told(|config| config.instances[0].database_url = howdah::config::Secret::new(url.to_string())).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let list = house.get(Some(&owner), "/i/harbour/appeals").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    let said = text(&list.body);
    assert!(said.contains("Pending ?") && said.contains("not known") && said.contains("not granted"), "{said}");
    let overview = house.get(Some(&owner), "/i/harbour").await.body;
    let said = text(&overview);
    assert!(said.contains("Pending appeals?not known"), "{said}");
    let rail = overview.split("href=\"/i/harbour/appeals\"").nth(1).unwrap().split("</a>").next().unwrap();
    assert!(!rail.contains(|c: char| c.is_ascii_digit() && rail.contains(&format!(">{c}"))), "{rail}");
    // That there is one is known all the same.
    let account = id_of(&house, "quietly").await;
    let said = text(&house.get(Some(&owner), &format!("/i/harbour/accounts/{account}")).await.body);
    assert!(said.contains("appeal pending") && !said.contains("a joke among friends"), "{said}");
    // All else goes on.
    assert!(text(&house.get(Some(&owner), "/i/harbour/reports").await.body).contains("open case"));
}

#[tokio::test]
async fn a_contractor_sees_no_appeals() {
    let house = house(sqlite().await).await;
    house.look().await;
    for (who, status) in [
        ("owner", StatusCode::OK),
        ("admin", StatusCode::OK),
        ("moderator", StatusCode::OK),
        ("auditor", StatusCode::OK),
        ("contractor", StatusCode::FORBIDDEN),
    ] {
        let cookie = house.sign_in(who).await;
        let page = house.get(Some(&cookie), "/i/harbour/appeals").await;
        assert_eq!(page.status, status, "{who}");
        let overview = house.get(Some(&cookie), "/i/harbour").await.body;
        assert_eq!(overview.contains("/i/harbour/appeals"), status == StatusCode::OK, "{who}");
    }
}
