//! Which day a row counts for.

use crate::community::Community;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use practice::version::Version;
use serde_json::{Value, json};

async fn opened(community: &Community, end: Date) -> Vec<i64> {
    let start = end.checked_sub(Span::new().days(3)).unwrap();
    let wanted = json!({ "keys": ["opened_reports"], "start_at": start.to_string(), "end_at": end.to_string() });
    let answer = community.ask("POST", "/api/v1/admin/measures", Some(&community.owner), Some(wanted)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let days = answer.body[0]["data"].as_array().unwrap().clone();
    days.iter().map(|day: &Value| day["value"].as_str().unwrap().parse().unwrap()).collect()
}

/// Days before today, with so many reports each.
async fn reports(community: &Community, days: &[(i32, i32)]) {
    sqlx::query("delete from reports").execute(&community.stage.pool).await.unwrap();
    for (ago, count) in days {
        sqlx::query(
            "insert into reports (account_id, target_account_id, created_at, updated_at) \
             select a.id, a.id, date_trunc('day', practice.now()) - $1 * interval '1 day', practice.now() \
             from (select min(id) as id from accounts where id > 0) a, generate_series(1, $2)",
        )
        .bind(ago)
        .bind(count)
        .execute(&community.stage.pool)
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn the_last_day_of_a_period_that_ended_yesterday_is_open() {
    let community = Community::new(Version::V46).await;
    reports(&community, &[(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32)]).await;
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let ago = |days: i32| today.checked_sub(Span::new().days(days)).unwrap();
    assert_eq!(opened(&community, today).await, [8, 4, 2, 1]);
    assert_eq!(opened(&community, ago(1)).await, [16, 8, 4, 2 + 1]);
    assert_eq!(opened(&community, ago(2)).await, [32, 16, 8, 4]);
    community.stage.end().await;
}

#[tokio::test]
async fn periods_need_days_since_the_patch_releases() {
    for (version, status) in [(Version::V43, 500), (Version::V46, 400)] {
        let community = Community::new(version).await;
        let wanted = json!({ "keys": ["opened_reports"] });
        let answer = community.ask("POST", "/api/v1/admin/measures", Some(&community.owner), Some(wanted)).await;
        assert_eq!(answer.status, status);
        community.stage.end().await;
    }
}
