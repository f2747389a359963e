//! Rows as no page of Mastodon leaves them: written by SQL, by a former release, or by half of an upgrade. No page may be lost by
//! one, and nothing may be told of it that is not there.

use crate::support::{House, house, sqlite};
use axum::http::StatusCode;
use howdah::mastodon::database::{Release, readable};
use sqlx::{AssertSqlSafe, PgPool};

/// What is read of the instance by column: `None` where there is nothing of the sort.
async fn columns(pool: &PgPool, which: &str) -> Vec<(String, String)> {
    let sql = format!(
        "select c.table_name::text, c.column_name::text from information_schema.columns c join information_schema.tables t \
         using (table_schema, table_name) where table_schema = 'public' and t.table_type = 'BASE TABLE' and {which} order by 1, 2"
    );
    let found: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
    let read = readable(Release::V46);
    let is_read = |(table, column): &(String, String)| {
        read.iter().any(|(own, columns)| own == table && columns.iter().any(|own| own == column))
    };
    found.into_iter().filter(is_read).collect()
}

/// The pages that show rows of the instance.
async fn pages(house: &House) -> Vec<String> {
    let (case, _) = house.case("lantern_fell").await;
    let one = async |sql: &'static str| -> String { sqlx::query_scalar(sql).fetch_one(&house.instance).await.unwrap() };
    let waits = one("select account_id::text from users where not approved order by id limit 1").await;
    let invite = one("select id::text from invites order by id limit 1").await;
    let limited = one("select domain from domain_blocks where severity = 1 order by id limit 1").await;
    let role = one("select id::text from user_roles where id > 0 order by id limit 1").await;
    [
        "".to_owned(),
        "/reports".to_owned(),
        "/reports?state=decided".to_owned(),
        format!("/reports/{case}"),
        "/accounts".to_owned(),
        format!("/accounts/{case}"),
        "/signups".to_owned(),
        format!("/signups/{waits}"),
        "/appeals".to_owned(),
        "/registrations".to_owned(),
        "/federation".to_owned(),
        "/federation/servers".to_owned(),
        format!("/federation/server?name={limited}"),
        "/federation/email-domains".to_owned(),
        "/federation/ip-rules".to_owned(),
        "/roles".to_owned(),
        format!("/roles/{role}"),
        "/invites".to_owned(),
        format!("/invites/{invite}"),
        "/audit/instance".to_owned(),
    ]
    .map(|page| format!("/i/harbour{page}"))
    .to_vec()
}

/// Gives every row of a column another value, opens every page and puts the rows back; what was lost by it.
async fn lost_by(
    house: &House,
    cookie: &str,
    pages: &[String],
    (table, column): &(String, String),
    value: &str,
) -> Vec<String> {
    let run = async |sql: String| {
        let mut tx = house.instance.begin().await?;
        sqlx::raw_sql("set local session_replication_role = replica").execute(&mut *tx).await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        tx.commit().await
    };
    let set = format!("create table kept_rows as table {table}; update {table} set {column} = {value}");
    if run(set).await.is_err() {
        // A check or a key of Mastodon's own keeps it out.
        return Vec::new();
    }
    house.look().await;
    let mut lost = Vec::new();
    for list in ["reports", "sign-ups", "appeals"] {
        let instance = house.app.instances.values().next().unwrap();
        let trouble = match list {
            "reports" => instance.open_reports.snapshot().trouble.clone(),
            "sign-ups" => instance.signups.snapshot().trouble.clone(),
            _ => instance.appeals.snapshot().trouble.clone(),
        };
        lost.extend(trouble.map(|trouble| format!("{table}.{column} = {value}: {list}: {trouble}")));
    }
    for page in pages {
        let answer = house.get(Some(cookie), page).await;
        // What is not there any more may be said to be gone.
        if !matches!(answer.status, StatusCode::OK | StatusCode::NOT_FOUND) {
            lost.push(format!("{table}.{column} = {value}: {page}: {}", answer.status));
        }
    }
    let back = format!(
        "delete from {table}; insert into {table} overriding system value table kept_rows; drop table kept_rows"
    );
    run(back).await.unwrap();
    lost
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_without_a_value_takes_no_page_with_it() {
    let house = house(sqlite().await).await;
    let (cookie, pages) = (house.sign_in("owner").await, pages(&house).await);
    let mut lost = Vec::new();
    for column in columns(&house.instance, "is_nullable = 'YES'").await {
        lost.extend(lost_by(&house, &cookie, &pages, &column, "null").await);
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// One for each row, by where it lies.
const ODD_TIMES: &str =
    "(array['infinity', '-infinity', '250000-01-01', '0044-03-15 BC']::timestamp[])[1 + abs(hashtext(ctid::text)) % 4]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_that_no_calendar_has_takes_no_page_with_it() {
    let house = house(sqlite().await).await;
    let (cookie, pages) = (house.sign_in("owner").await, pages(&house).await);
    let mut lost = Vec::new();
    for column in columns(&house.instance, "data_type like 'timestamp%'").await {
        lost.extend(lost_by(&house, &cookie, &pages, &column, ODD_TIMES).await);
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
