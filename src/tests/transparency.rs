//! The transparency report over a practice instance: the numbers of a period, and nothing below five.

use crate::support::{House, house, sqlite};
use axum::http::StatusCode;

async fn run(house: &House, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&house.instance).await.unwrap();
}

/// The value of a cell of the CSV.
fn cell(file: &str, table: &str, row: &str, column: &str) -> String {
    let begins = format!("\"{table}\",\"{row}\",\"{column}\",");
    let line = file.lines().find(|line| line.contains(&begins)).unwrap_or_else(|| panic!("{begins} is not in {file}"));
    line.rsplit('"').nth(1).unwrap().to_owned()
}

/// A month long before anything of the community, with what is put into it here.
async fn a_month(house: &House) {
    run(
        house,
        "insert into admin_action_logs (id, account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         select (select min(id) from admin_action_logs) - 100 + n, (select min(id) from accounts where domain is null), \
         case when n <= 6 then 'reject' when n <= 8 then 'destroy' else 'create' end, \
         case when n <= 6 then 'User' else 'DomainBlock' end, 900000 + n, 'x', \
         timestamp '2001-03-10' + n * interval '1 minute', now() from generate_series(1, 20) n; \
         insert into reports (id, account_id, target_account_id, category, comment, status_ids, created_at, updated_at, action_taken_at) \
         select (select min(id) from reports) - 100 + n, (select min(id) from accounts where domain is null), \
         (select max(id) from accounts where domain is null), case when n <= 12 then 1000 else 0 end, '', '{}', \
         timestamp '2001-03-10' + n * interval '1 minute', now(), \
         case when n <= 7 then timestamp '2001-03-10' + n * interval '61 minutes' end from generate_series(1, 14) n; \
         insert into account_warnings (id, account_id, target_account_id, action, text, created_at, updated_at, overruled_at) \
         select (select min(id) from account_warnings) - 100 + n, null, (select max(id) from accounts where domain is null), \
         case when n <= 9 then 3000 else 4000 end, '', timestamp '2001-03-20', now(), \
         case when n = 1 then now() end from generate_series(1, 12) n",
    )
    .await;
}

#[tokio::test]
async fn the_numbers_of_a_period_are_those_of_its_rows_and_few_are_suppressed() {
    let house = house(sqlite().await).await;
    a_month(&house).await;
    let auditor = house.sign_in("auditor").await;
    let file = house.get(Some(&auditor), "/i/harbour/transparency.csv?from=2001-03-01&to=2001-03-31").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    let file = file.body;
    let of = |table, row, column| cell(&file, table, row, column);
    assert_eq!(of("Sign-ups", "rejected", "Number"), "6");
    assert_eq!(of("Sign-ups", "pending", "Number"), "0");
    assert_eq!(of("Sign-ups", "rejected", "Median time to decision"), "not known");
    assert_eq!(of("Domain blocks", "added", "Number"), "12");
    assert_eq!(of("Domain blocks", "undone", "Number"), "<5", "two");
    assert_eq!(of("Reports received", "spam", "Resolved without a strike"), "7");
    assert_eq!(of("Reports received", "spam", "Pending"), "5");
    assert_eq!(of("Reports received", "spam", "All"), "12");
    assert_eq!(of("Reports received", "spam", "Median time to decision"), "4 h", "the fourth of seven");
    assert_eq!(of("Reports received", "other", "Pending"), "<5");
    assert_eq!(of("Reports received", "other", "All"), "at least 1");
    assert_eq!(of("Reports received", "all", "Pending"), "at least 6", "5 and one at least, whatever it is");
    assert_eq!(of("Reports received", "all", "All"), "at least 13");
    assert_eq!(of("Sanctions", "limit", "Not overruled"), "8");
    assert_eq!(of("Sanctions", "limit", "Overruled since"), "<5", "one");
    assert_eq!(of("Sanctions", "limit", "All"), "at least 9");
    assert_eq!(of("Sanctions", "suspension", "All"), "at least 1", "three");
    // The day before and the day after have none of it.
    let other = house.get(Some(&auditor), "/i/harbour/transparency.csv?from=2001-03-11&to=2001-03-19").await.body;
    assert_eq!(cell(&other, "Reports received", "all", "All"), "0");
    assert_eq!(cell(&other, "Sanctions", "all", "All"), "0");

    let page = house.get(Some(&auditor), "/i/harbour/transparency?from=2001-03-01&to=2001-03-31").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("transparency.md?from=2001-03-01&amp;to=2001-03-31"), "{}", page.body);
    assert!(page.body.contains("at least 13") && page.body.contains("Publish periods that don’t overlap"));
    let text = house.get(Some(&auditor), "/i/harbour/transparency.md?from=2001-03-01&to=2001-03-31").await.body;
    assert!(text.contains("| spam | 0 | 7 | 5 | 12 | 4 h |"), "{text}");
    assert!(text.contains("| undone | \\<5 |"), "{text}");
    for shown in [&page.body, &text, &file] {
        assert!(!shown.contains("windvane") && !shown.contains("900001"), "{shown}");
    }
}

#[tokio::test]
async fn a_report_says_what_it_does_not_take_and_what_it_does_not_know() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for (query, said) in [
        ("?from=2001-03-01&to=2001-02-01", "The last day comes before the first one."),
        ("?from=2001-03-01&to=2003-02-01", "covers 366 days at most"),
        ("?from=yesterday", "Enter a date, like 2026-11-23"),
    ] {
        let page = house.get(Some(&owner), &format!("/i/harbour/transparency{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.body.contains(said) && !page.body.contains("Reports received"), "{query}: {}", page.body);
        let file = house.get(Some(&owner), &format!("/i/harbour/transparency.csv{query}")).await;
        assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    let page = house.get(Some(&owner), "/i/harbour/transparency").await;
    assert!(page.status == StatusCode::OK && page.body.contains("Reports received"), "{}", page.body);
    for role in ["moderator", "contractor"] {
        let cookie = house.sign_in(role).await;
        for path in ["/i/harbour/transparency", "/i/harbour/transparency.md", "/i/harbour/transparency.csv"] {
            assert_eq!(house.get(Some(&cookie), path).await.status, StatusCode::FORBIDDEN, "{role} {path}");
        }
    }
    run(&house, "alter table reports rename to gone").await;
    let page = house.get(Some(&owner), "/i/harbour/transparency").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
}
