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
    let file = house.get(Some(&auditor), "/i/harbour/transparency.csv?period=2001-03").await;
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
    // The months before and after have none of it.
    for other in ["2001-02", "2001-04"] {
        let other = house.get(Some(&auditor), &format!("/i/harbour/transparency.csv?period={other}")).await.body;
        assert_eq!(cell(&other, "Reports received", "all", "All"), "0");
        assert_eq!(cell(&other, "Sanctions", "all", "All"), "0");
    }

    let page = house.get(Some(&auditor), "/i/harbour/transparency?period=2001-03").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("transparency.md?period=2001-03"), "{}", page.body);
    assert!(page.body.contains("at least 13") && page.body.contains("Publish each period once"));
    let text = house.get(Some(&auditor), "/i/harbour/transparency.md?period=2001-03").await.body;
    assert!(text.contains("| spam | 0 | 7 | 5 | 12 | 4 h |"), "{text}");
    assert!(text.contains("| undone | \\<5 |"), "{text}");
    for shown in [&page.body, &text, &file] {
        assert!(!shown.contains("windvane") && !shown.contains("900001"), "{shown}");
    }
}

/// Whatever reports of an instance somebody has, none of them can be subtracted from another: a period is a whole month, or the
/// months of a quarter or year as they were published, and a running one has none.
#[tokio::test]
async fn no_two_reports_can_be_subtracted() {
    let house = house(sqlite().await).await;
    a_month(&house).await;
    // February has enough of everything; March, as above, has few of some.
    run(
        &house,
        "insert into account_warnings (id, account_id, target_account_id, action, text, created_at, updated_at) \
         select (select min(id) from account_warnings) - 100 + n, null, (select max(id) from accounts where domain is null), \
         4000, '', timestamp '2001-02-20', now() from generate_series(1, 20) n; \
         insert into reports (id, account_id, target_account_id, category, comment, status_ids, created_at, updated_at, action_taken_at) \
         select (select min(id) from reports) + 50 + n, (select min(id) from accounts where domain is null), \
         (select max(id) from accounts where domain is null), case when n <= 3 then 1000 else 0 end, '', '{}', \
         timestamp '2001-05-10' + n * interval '1 minute', now(), timestamp '2001-05-10' + n * interval '61 minutes' \
         from generate_series(1, 6) n",
    )
    .await;
    let auditor = house.sign_in("auditor").await;
    let file = async |period: &str| {
        let file = house.get(Some(&auditor), &format!("/i/harbour/transparency.csv?period={period}")).await;
        assert_eq!(file.status, StatusCode::OK, "{period}: {}", file.body);
        file.body
    };
    let of = |file: &str| cell(file, "Sanctions", "suspension", "Not overruled");
    assert_eq!((of(&file("2001-02").await), of(&file("2001-03").await)), ("20".to_owned(), "<5".to_owned()));
    for longer in ["2001-Q1", "2001"] {
        assert_eq!(of(&file(longer).await), "at least 21", "{longer}: 23 would say that March had three");
    }
    let may = file("2001-05").await;
    assert_eq!(cell(&may, "Reports received", "spam", "Median time to decision"), "<5");
    assert_eq!(
        cell(&may, "Reports received", "all", "Median time to decision"),
        "withheld",
        "that there are five or more is told by no number"
    );
    let quarter = file("2001-Q2").await;
    assert_eq!(cell(&quarter, "Reports received", "all", "Median time to decision"), "withheld");

    // A running period would be another one tomorrow, and days of one's own choice overlap.
    let owner = house.sign_in("owner").await;
    let now = jiff::Timestamp::from_millisecond(house.app.clock.now().0).unwrap().to_string();
    let (year, month) = (&now[..4], &now[..7]);
    let quarter = format!("{year}-Q{}", (month[5..].parse::<i32>().unwrap() + 2) / 3);
    for (query, said) in [
        (format!("?period={month}"), "isn’t over yet"),
        (format!("?period={year}"), "isn’t over yet"),
        (format!("?period={quarter}"), "isn’t over yet"),
        ("?period=2001-13".to_owned(), "Choose a month"),
        ("?period=2001-Q5".to_owned(), "Choose a month"),
        ("?period=yesterday".to_owned(), "Choose a month"),
        ("?period=2001-03-01".to_owned(), "Choose a month"),
        ("?from=2001-03-01&to=2001-03-31".to_owned(), "whole months, quarters or years"),
    ] {
        let page = house.get(Some(&owner), &format!("/i/harbour/transparency{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.body.contains(said) && !page.body.contains("Reports received"), "{query}: {}", page.body);
        let file = house.get(Some(&owner), &format!("/i/harbour/transparency.csv{query}")).await;
        assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
}

#[tokio::test]
async fn a_report_is_for_those_who_read_everything_and_says_what_it_does_not_know() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
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
