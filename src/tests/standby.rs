//! Reading from a standby: what it does not have yet is not taken for what was not done.

use crate::{
    doors::between,
    support::{Answered, House, NO_SANCTION, house_at, sqlite, until},
};
use axum::http::StatusCode;
use howdah::{config::Secret, ledger::Outcome};
use practice::{cluster::Cluster, version::Version};
use sqlx::postgres::PgPoolOptions;
use tempfile::TempDir;

const SECONDS: u32 = 3;

/// A community on a database of its own, and a console that reads a copy of it some seconds late.
async fn house() -> (House, [Cluster; 2], [TempDir; 2]) {
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    for folder in &folders {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let primary = Cluster::start(folders[0].path(), true).unwrap();
    let url = primary.url("postgres");
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    practice::schema::create_as(&pool, Version::V46).await.unwrap();
    practice::schema::before_seed(&pool, Version::V46).await.unwrap();
    let options = practice::community::Options {
        seed: 7,
        size: practice::community::Size::Small,
        domain: "harbour.example".to_owned(),
        now: jiff::Timestamp::now(),
        media: None,
    };
    practice::community::seed(&pool, &options).await.unwrap();
    practice::schema::seeded(&pool, Version::V46).await.unwrap();
    pool.close().await;
    let standby = primary.standby(folders[1].path(), SECONDS).unwrap();
    let house = house_at(sqlite().await, Version::V46, &url, standby.url("postgres"), None, None).await;
    (house, [primary, standby], folders)
}

/// The same house, told where writes go.
async fn with_primary(house: House, primary: &str) -> House {
    house.told(|config| config.instances[0].database_write_url = Some(Secret::new(primary))).await
}

/// What a page has hidden in its form.
fn hidden(page: &str, name: &str) -> String {
    between(page, &format!("name=\"{name}\" value=\""), "\"").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Sets who may sign up, as the page gives the form.
async fn close(house: &House, cookie: &str) -> Answered {
    let page = house.get(Some(cookie), "/i/harbour/registrations").await.body;
    let seen = hidden(&page, "seen");
    let fields = [
        ("instance", "harbour"),
        ("mode", "none"),
        ("message", "Full"),
        ("why", "a standby is read"),
        ("seen", seen.as_str()),
        ("back", "/i/harbour/registrations"),
    ];
    house.post(Some(cookie), "/api/registrations/set", &fields).await
}

async fn number(pool: &sqlx::PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

const MODE: &str = "select count(*) from settings where var = 'registrations_mode' and value like '%none%'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_roles_and_invitations_are_written_to_the_primary() {
    let (house, clusters, _folders) = house().await;
    // Without its address nothing of it can be done, and the page says so before anybody presses.
    let cookie = house.sign_in("owner").await;
    for page in ["registrations", "invites?new=yes", "roles"] {
        let body = house.get(Some(&cookie), &format!("/i/harbour/{page}")).await.body;
        assert!(body.contains("name the primary as `database_write_url`"), "{page}");
    }
    close(&house, &cookie).await;
    assert_eq!(number(&house.instance, MODE).await, 0);
    let house = with_primary(house, &clusters[0].url("postgres")).await;
    let cookie = house.sign_in("owner").await;
    let overview = house.get(Some(&cookie), "/i/harbour").await.body;
    assert!(overview.contains("read-only, a copy"), "{overview}");
    assert!(overview.contains("; writes go to its primary"), "{overview}");

    let set = close(&house, &cookie).await;
    assert!(set.location.as_deref().unwrap_or_default().contains("done="), "{}", set.body);
    assert_eq!(number(&house.instance, MODE).await, 1);
    until("the standby shows the setting", async || house.outcome("set_registrations").await.is_some()).await;
    assert_ne!(house.outcome("set_registrations").await, Some(Outcome::Failed));

    let form = [
        ("instance", "harbour"),
        ("back", "/i/harbour/invites"),
        ("uses", "1"),
        ("term", "day"),
        ("comment", "for the choir"),
        ("why", "a standby is read"),
    ];
    let before = number(&house.instance, "select count(*) from invites").await;
    let issued = house.post(Some(&cookie), "/api/invitations/issue", &form).await;
    assert!(issued.location.is_some(), "{}", issued.body);
    assert_eq!(number(&house.instance, "select count(*) from invites").await, before + 1, "{:?}", issued.location);

    let (who, role): (String, i64) = sqlx::query_as(
        "select a.username::text, (select id from user_roles where name = 'Moderator') from users u \
         join accounts a on a.id = u.account_id where u.role_id is null and u.approved and not u.disabled \
         and u.confirmed_at is not null and a.suspended_at is null order by a.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let (role, back) = (role.to_string(), format!("/i/harbour/roles/change?who={who}&role={role}"));
    let page = house.get(Some(&cookie), &back).await.body;
    let (account, seen) = (hidden(&page, "account"), hidden(&page, "seen"));
    let fields = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("role", role.as_str()),
        ("seen", seen.as_str()),
        ("why", "a standby is read"),
        ("back", back.as_str()),
    ];
    let given = house.post(Some(&cookie), "/api/roles/assign", &fields).await;
    assert!(given.location.as_deref().unwrap_or_default().contains("done="), "{:?} {}", given.location, given.body);
    let has: String = sqlx::query_scalar("select role_id::text from users where account_id = $1")
        .bind(account.parse::<i64>().unwrap())
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert_eq!(has, role);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_to_what_is_not_the_primary_of_what_is_read() {
    let (house, clusters, folders) = house().await;
    // Another server's database, as like this one as can be: its settings are the same.
    let pool = sqlx::PgPool::connect(&clusters[0].url("template1")).await.unwrap();
    house.instance.close().await;
    sqlx::query("create database twin template postgres").execute(&pool).await.unwrap();
    let twin = sqlx::PgPool::connect(&clusters[0].url("twin")).await.unwrap();
    let mut house = house;
    for (primary, words) in [
        (clusters[0].url("twin"), "`database_write_url` leads to another database than `database_url`"),
        (clusters[1].url("postgres"), "`database_write_url` leads to a copy that follows another database"),
        ("postgres://nobody@127.0.0.1:9/none".to_owned(), "does not answer"),
    ] {
        house = with_primary(house, &primary).await;
        let cookie = house.sign_in("owner").await;
        let health = house.app.instances.values().next().unwrap().health();
        assert_eq!(house.app.instances.values().next().unwrap().is_well(), Some(false), "{primary}");
        let said = health.troubles().join("\n");
        assert!(said.contains(words) && said.contains("check `database_write_url`"), "{primary}: {said}");
        let page = house.get(Some(&cookie), "/i/harbour/registrations").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(words), "{primary}: {}", page.body);
        // It is read nevertheless, and a form from before changes nothing.
        let set = close(&house, &cookie).await;
        assert!(!set.location.as_deref().unwrap_or_default().contains("done="), "{primary}: {:?}", set.location);
        assert_eq!(number(&twin, MODE).await, 0, "{primary}");
    }
    drop(folders);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_is_done_when_the_standby_has_it_and_not_twice_before() {
    let (house, _clusters, _folders) = house().await;
    let cookie = house.sign_in("moderator").await;
    let overview = house.get(Some(&cookie), "/i/harbour").await.body;
    assert!(overview.contains("read-only, a copy"), "{overview}");
    let (account, reports) = house.case("windvane").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "Please read the rules."),
    ];
    let first = house.post(Some(&cookie), "/api/reports/decide", &form).await;
    let to = first.location.expect("a page");
    assert!(to.contains("done="), "{to}");
    let page = house.get(Some(&cookie), &to).await.body;
    assert!(page.contains("The console keeps checking for two minutes"), "{page}");
    // The page still shows the case open. A second press finds the first under way.
    let second = house.post(Some(&cookie), "/api/reports/decide", &form).await.location.expect("a page");
    assert!(second.contains("draft="), "{second}");
    until("the standby has it", async || house.outcome("decide_case").await.is_some()).await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    let strikes: i64 = sqlx::query_scalar("select count(*) from account_warnings where target_account_id = $1")
        .bind(account.parse::<i64>().unwrap())
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert_eq!(strikes, 1, "one press, one strike");
}
