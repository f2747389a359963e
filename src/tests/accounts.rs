//! Looking for people: by what is personal only whole and in the record, by filters in windows.

use crate::support::{Answered, House, database, house, sqlite};
use axum::http::StatusCode;
use howdah::{
    ledger::Outcome,
    mastodon::database::{Database, Origin, Sanctioned},
};
use sqlx::postgres::PgPoolOptions;

async fn look_up(house: &House, cookie: &str, q: &str) -> Answered {
    let form = [("instance", "harbour"), ("q", q), ("back", "/i/harbour")];
    house.post(Some(cookie), "/api/accounts/look-up", &form).await
}

async fn searches(house: &House) -> usize {
    let filter = howdah::ledger::Filter { kind: Some("search_personal".into()), limit: 100, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap().len()
}

#[tokio::test]
async fn a_mail_address_is_found_whole_and_the_search_is_in_the_record() {
    let house = house(sqlite().await).await;
    for role in ["moderator", "contractor"] {
        let before = searches(&house).await;
        let cookie = house.sign_in(role).await;
        let found = look_up(&house, &cookie, "WindVane@post.example").await.location.unwrap();
        assert!(found.starts_with("/i/harbour/find?found=") && !found.contains("post"), "{found}");
        assert_eq!(searches(&house).await, before + 1, "{role}");
        assert_eq!(house.outcome("search_personal").await, Some(Outcome::Succeeded));
        let page = house.get(Some(&cookie), &found).await;
        assert!(page.body.contains("@windvane") && !page.body.contains("post.example"), "{}", page.body);
        // The record says that it was looked for, and not what.
        let owner = house.sign_in("owner").await;
        let filter = howdah::ledger::Filter { kind: Some("search_personal".into()), limit: 1, ..Default::default() };
        let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
        let page = house.get(Some(&owner), &format!("/audit/{entry}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("by mail address") && !page.body.contains("windvane@post"), "{}", page.body);
        // Somebody else does not see it, and a beginning finds nobody.
        let other = house.sign_in("admin").await;
        assert_eq!(house.get(Some(&other), &found).await.status, StatusCode::NOT_FOUND);
        for letters in ["w", "windv", "windvane@post.exampl", "%@post.example", "w_ndvane@post.example"] {
            let landed = look_up(&house, &cookie, letters).await.location.unwrap();
            let page = house.get(Some(&cookie), &landed).await;
            let by_mail = landed.contains("found=");
            assert!(!by_mail || !page.body.contains("@windvane"), "{letters}: {}", page.body);
        }
    }
    let auditor = house.sign_in("auditor").await;
    let before = searches(&house).await;
    let refused = look_up(&house, &auditor, "windvane@post.example").await;
    let page = house.get(Some(&auditor), &refused.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(searches(&house).await, before);
}

#[tokio::test]
async fn an_address_is_looked_for_and_a_range_only_by_those_who_may_reveal() {
    let house = house(sqlite().await).await;
    let (moderator, contractor) = (house.sign_in("moderator").await, house.sign_in("contractor").await);
    sqlx::query(
        "update users set sign_up_ip = '203.0.113.7' where account_id = (select id from accounts where username = 'windvane')",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    for (cookie, q, finds) in [
        (&moderator, "203.0.113.7", true),
        (&moderator, "203.0.113.0/24", true),
        (&moderator, "203.0.113.8", false),
        (&contractor, "203.0.113.7", true),
    ] {
        let landed = look_up(&house, cookie, q).await.location.unwrap();
        assert!(landed.contains("found=") && !landed.contains("203"), "{landed}");
        assert_eq!(house.get(Some(cookie), &landed).await.body.contains("@windvane"), finds, "{q}");
    }
    for (cookie, q, said) in [
        (&contractor, "203.0.113.0/24", "Only a single address"),
        (&moderator, "0.0.0.0/0", "half the world"),
        (&moderator, "203.0.113.7/77", "not a range"),
    ] {
        let landed = look_up(&house, cookie, q).await.location.unwrap();
        let page = house.get(Some(cookie), &landed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(said) && page.body.contains(q), "{q}: {}", page.body);
    }
    // Without a record nothing is looked for.
    let howdah::store::Store::Sqlite(pool) = &house.store.store else { panic!("a SQLite store") };
    sqlx::raw_sql("create trigger broken before insert on ledger_entries begin select raise(abort, 'disk full'); end")
        .execute(pool)
        .await
        .unwrap();
    assert_eq!(look_up(&house, &moderator, "203.0.113.7").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_handle_with_a_server_is_a_handle_first() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let landed = look_up(&house, &cookie, "quarry@night.example").await.location.unwrap();
    assert!(landed.starts_with("/i/harbour/accounts/"), "{landed}");
    assert_eq!(searches(&house).await, 0);
    assert_eq!(look_up(&house, &cookie, "@windvane").await.location.unwrap(), "/i/harbour/find?q=%40windvane");
}

#[tokio::test]
async fn the_list_goes_back_in_windows_to_the_end_and_loses_nobody() {
    let url = database().await;
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    sqlx::query(
        "insert into accounts (id, username, domain, created_at, updated_at, silenced_at) \
         select n, 'p' || n, case when n % 3 = 0 then null else 's' || n % 7 || '.example' end, now(), now(), \
         case when n % 997 = 0 then now() end from generate_series(1, 70000) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let database = Database::new(&url).unwrap();
    for (origin, sanctioned, sql) in [
        (Origin::Any, Sanctioned::Silenced, "silenced_at is not null"),
        (Origin::Local, Sanctioned::Silenced, "silenced_at is not null and domain is null"),
        (
            Origin::Domain("s5.example".into()),
            Sanctioned::Silenced,
            "silenced_at is not null and domain = 's5.example'",
        ),
        (Origin::Remote, Sanctioned::Suspended, "suspended_at is not null"),
    ] {
        let wanted: Vec<i64> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select id from accounts where {sql} order by id desc")))
                .fetch_all(&pool)
                .await
                .unwrap();
        let mut seen = Vec::new();
        let mut before = None;
        for _ in 0..200 {
            let mut read = database.read().await.unwrap();
            let window = read.window(&origin, sanctioned, before, 7).await.unwrap();
            assert!(window.accounts.len() <= 7);
            seen.extend(window.accounts.iter().map(|account| account.id));
            before = window.edge;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, wanted, "{sql}");
    }
}

#[tokio::test]
async fn the_page_shows_roles_and_filters() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("auditor").await;
    let page = house.get(Some(&cookie), "/i/harbour/accounts").await;
    assert_eq!(page.status, StatusCode::OK);
    let role: String = sqlx::query_scalar("select id::text from user_roles where name = 'Moderator'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let staff = house.get(Some(&cookie), &format!("/i/harbour/accounts?role={role}")).await;
    assert!(staff.body.contains("@jonastran"), "{}", staff.body);
    let remote = house.get(Some(&cookie), "/i/harbour/accounts?domain=night.example").await;
    assert!(remote.body.contains("@quarry@night.example") && !remote.body.contains(">@windvane<"), "{}", remote.body);
    assert!(!page.body.contains("@post.example"), "no mail address on the list");
}
