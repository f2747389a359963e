//! Reading from a standby: what it does not have yet is not taken for what was not done.

use crate::support::{House, NO_SANCTION, house_at, sqlite, until};
use howdah::ledger::Outcome;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_is_done_when_the_standby_has_it_and_not_twice_before() {
    let (house, _clusters, _folders) = house().await;
    let cookie = house.sign_in("moderator").await;
    let overview = house.get(Some(&cookie), "/i/harbour").await.body;
    assert!(overview.contains("read-only, a copy "), "{overview}");
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
    assert!(page.contains("The console goes on looking for two minutes"), "{page}");
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
