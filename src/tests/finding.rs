//! Finding accounts by the beginning of their name: the right ones, and without reading all that begin so.

use crate::support::{database, house, sqlite, until};
use howdah::mastodon::database::Database;
use sqlx::{PgPool, postgres::PgPoolOptions};

#[tokio::test]
async fn a_beginning_finds_those_that_begin_so_in_order() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let page = house.get(Some(&cookie), "/i/harbour/find?q=wren_").await.body;
    let at = |handle: &str| page.find(&format!(">{handle}<"));
    assert!(at("@wren_1").unwrap() < at("@wren_2").unwrap());
    // An underscore is a character here, not any character; @wren2000 waits for approval.
    let pending: bool = sqlx::query_scalar("select exists (select from accounts where username = 'wren2000')")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert!(pending && at("@wren2000").is_none());
    let page = house.get(Some(&cookie), "/i/harbour/find?q=w%25n").await.body;
    assert!(page.contains("No matching account."));
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
    let found = Database::new(&url).unwrap().read().await.unwrap().by_prefix("wre").await.unwrap();
    assert_eq!(found.len(), 20);
    assert!(found.is_sorted_by_key(|found| found.acct.clone()));
    // The figures of a connection come when it is idle for a while.
    until("the index was used", async || rows_read(&pool).await.0 > scans).await;
    let now = rows_read(&pool).await;
    assert!(now.1 - before < 500, "{} of 2,000 rows were read for a page of 20", now.1 - before);
}
