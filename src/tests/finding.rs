//! Finding accounts by the beginning of their name: the right ones, and without reading all that begin so.

use crate::support::{Instead, database, house, sqlite, until};
use axum::http::{Method, StatusCode};
use howdah::mastodon::database::Database;
use sqlx::{PgPool, postgres::PgPoolOptions};

#[tokio::test]
async fn a_beginning_finds_those_that_begin_so_in_order() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let page = house.get(Some(&cookie), "/i/harbour/search?q=wren_").await.body;
    let at = |handle: &str| page.find(&format!(">{handle}<"));
    assert!(at("@wren_1").unwrap() < at("@wren_2").unwrap());
    // An underscore is a character here, not any character; @wren2000 waits for approval.
    let pending: bool = sqlx::query_scalar("select exists (select from accounts where username = 'wren2000')")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert!(pending && at("@wren2000").is_none());
    let page = house.get(Some(&cookie), "/i/harbour/search?q=w%25n").await.body;
    assert!(page.contains("Nothing found.") && page.contains("No handle is “w%n” or begins with it"), "{page}");
}

/// Rows of `accounts` that were read so far, as PostgreSQL counts them.
async fn rows_read(pool: &PgPool) -> (i64, i64) {
    sqlx::query_as("select idx_scan, idx_tup_fetch + seq_tup_read from pg_stat_user_tables where relname = 'accounts'")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_beginning_that_thousands_share_is_not_read_whole() {
    let url = database().await;
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    sqlx::query(
        "insert into accounts (id, username, created_at, updated_at) \
         select n, case when n % 50 = 0 then 'wren_' else 'p' || n % 97 || '_' end || n, now(), now() from generate_series(1, 100000) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    sqlx::raw_sql("analyze accounts; select pg_stat_force_next_flush()").execute(&pool).await.unwrap();
    let (scans, before) = rows_read(&pool).await;
    let found = Database::new(&url).unwrap().read().await.unwrap().by_prefix("wre", false).await.unwrap();
    assert_eq!(found.len(), 20);
    assert!(found.is_sorted_by_key(|found| found.acct.clone()));
    // The figures of a connection come when it is idle for a while.
    until("the index was used", async || rows_read(&pool).await.0 > scans).await;
    let now = rows_read(&pool).await;
    assert!(now.1 - before < 500, "{} of 2,000 rows were read for a page of 20", now.1 - before);
}

/// Mastodon says of itself that its handles have another domain than its pages.
const HARBOUR: Instead = Instead {
    method: Method::GET,
    path: "/api/v2/instance",
    status: 200,
    headers: &[("content-type", "application/json")],
    body: r#"{"domain":"harbour.example","version":"4.6.5",
        "registrations":{"enabled":false,"approval_required":false,"message":null}}"#,
};

#[tokio::test]
async fn one_field_finds_servers_reports_and_the_addresses_of_profiles_and_posts() {
    let house = house(sqlite().await).await;
    house.front.instead(vec![HARBOUR]);
    house.look().await;
    let cookie = house.sign_in("moderator").await;
    let (windvane, reports) = house.case("windvane").await;
    let report = reports.split(',').next().unwrap();
    let quarry: String =
        sqlx::query_scalar("select id::text from accounts where username = 'quarry' and domain = 'night.example'")
            .fetch_one(&house.instance)
            .await
            .unwrap();
    let base = house.app.instances.values().next().unwrap().base.clone();
    let account = |id: &str| format!("/i/harbour/accounts/{id}");
    let case = format!("/i/harbour/reports/{windvane}");
    let server = "/i/harbour/federation/server?name=night.example".to_owned();
    for (typed, to) in [
        ("@windvane".to_owned(), account(&windvane)),
        ("windvane".to_owned(), account(&windvane)),
        ("windvane@harbour.example".to_owned(), account(&windvane)),
        ("@quarry@night.example".to_owned(), account(&quarry)),
        ("https://night.example/@quarry".to_owned(), account(&quarry)),
        ("https://night.example/users/quarry/statuses/12".to_owned(), account(&quarry)),
        ("https://harbour.example/@windvane/117668003950957937".to_owned(), account(&windvane)),
        // The server has another name in handles than in addresses.
        ("https://web.night.example/@quarry/12".to_owned(), account(&quarry)),
        // The addresses of the instance's own pages are those of its API.
        (format!("{base}@windvane/117668003950957937"), account(&windvane)),
        (windvane.clone(), account(&windvane)),
        (format!("#{report}"), case.clone()),
        (format!("{base}admin/reports/{report}"), case.clone()),
        ("night.example".to_owned(), server.clone()),
        ("https://night.example/".to_owned(), server),
    ] {
        // As the field sends it: by POST, and on.
        let form = [("instance", "harbour"), ("q", typed.as_str()), ("back", "/i/harbour")];
        let mut landed = house.post(Some(&cookie), "/api/accounts/look-up", &form).await.location.unwrap();
        if landed.starts_with("/i/harbour/search") {
            landed = house.get(Some(&cookie), &landed).await.location.unwrap_or(landed);
        }
        assert_eq!(landed, to, "{typed}");
    }
    // Nothing: what was looked for, and where else.
    for (typed, says, link) in [
        ("nobody_at_all", "No handle is “nobody_at_all”", "/i/harbour/accounts?name=nobody_at_all"),
        ("@nobody@night.example", "No account @nobody@night.example", "/i/harbour/accounts?domain=night.example"),
        ("nowhere.example", "No server nowhere.example", "/i/harbour/federation/servers?begins=nowhere.example"),
        ("#999999", "No report has the number 999999", ""),
        ("999999", "No account has the ID 999999", ""),
        ("https://night.example/about", "No handle, server, ID", ""),
    ] {
        let query: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let page = house.get(Some(&cookie), &format!("/i/harbour/search?q={query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(says), "{typed}: {}", page.body);
        assert!(page.body.contains(&format!("href=\"{link}")), "{typed}: {}", page.body);
    }
}

/// A name with a server may be a handle or an email address: what was tried is said, and after the search what was not found.
#[tokio::test]
async fn what_was_looked_for_in_vain_is_said() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for (typed, handle) in [("nobody@post.example", true), ("192.0.2.77", false)] {
        let form = [("instance", "harbour"), ("q", typed), ("back", "/i/harbour")];
        let asks = house.sent(&cookie, "/api/accounts/look-up", &form).await.body.replace("<!>", "");
        let said = asks.contains("No account has this as its handle.");
        assert_eq!(said, handle, "{typed}: {asks}");
        let form = [("instance", "harbour"), ("q", typed), ("why", "a test"), ("back", "/i/harbour")];
        let found = house.sent(&cookie, "/api/accounts/search", &form).await.body;
        let text = crate::seen::text(&found);
        assert!(text.contains("Nothing found. No account in Mastodon’s records has"), "{typed}: {text}");
        assert!(!text.contains("No account has this handle"), "{typed}: {text}");
    }
}

#[tokio::test]
async fn a_contractor_finds_the_reports_of_the_grant_alone() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("contractor").await;
    let spam: (i64, i64) = sqlx::query_as(
        "select id, target_account_id from reports where action_taken_at is null and category = 1000 order by id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let closed: i64 = sqlx::query_scalar(
        "select id from reports where action_taken_at is not null and category = 1000 order by id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let find = async |typed: &str| house.get(Some(&cookie), &format!("/i/harbour/search?q=%23{typed}")).await;
    let now = house.app.clock.now();
    assert!(crate::support::grants_taken_back(&house.app, "01contractor").await > 0);
    let ends = now.plus(howdah::clock::DAY);
    let spam_alone = vec![howdah::reports::Category::Spam];
    crate::support::grant(&house.app, "01contractor", spam_alone, false, false, ends).await;
    let found = find(&spam.0.to_string()).await.location;
    assert_eq!(found, Some(format!("/i/harbour/reports/{}", spam.1)));
    sqlx::query("update reports set category = 1500 where id = $1")
        .bind(spam.0)
        .execute(&house.instance)
        .await
        .unwrap();
    for hidden in [spam.0, closed, 999_999] {
        let page = find(&hidden.to_string()).await;
        assert!(page.body.contains(&format!("No open report #{hidden} is in your grant")), "{}", page.body);
    }
    // They see no rules: a server leads to whom of it is known.
    let server = house.get(Some(&cookie), "/i/harbour/search?q=night.example").await.location;
    assert_eq!(server.as_deref(), Some("/i/harbour/accounts?domain=night.example"));
}
