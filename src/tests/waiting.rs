//! The waiting list against the table, whatever other hands do: random reports, closings, re-openings, transactions held
//! open and committed out of order, log rows deleted.

use crate::support::database;
use howdah::{
    clock::{MINUTE, Timestamp},
    mastodon::{
        database::{Database, OpenReport},
        waiting::List,
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::{PgPool, postgres::PgPoolOptions};

const NOW: Timestamp = Timestamp(1_795_000_000_000);

async fn table(pool: &PgPool) -> Vec<i64> {
    sqlx::query_scalar("select id from reports where action_taken_at is null order by id")
        .fetch_all(pool)
        .await
        .unwrap()
}

fn listed(list: &List<OpenReport>) -> Vec<i64> {
    list.snapshot().rows.iter().map(|report| report.id.0).collect()
}

const REPORT: &str = "insert into reports (account_id, target_account_id, created_at, updated_at) values (1, $1, now(), now()) returning id";

#[tokio::test]
async fn the_list_equals_the_table() {
    let url = database().await;
    let pool = PgPoolOptions::new().max_connections(12).connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    for id in 1..=20i64 {
        sqlx::query("insert into accounts (id, username, created_at, updated_at) values ($1, 'p' || $1, now(), now())")
            .bind(id)
            .execute(&pool)
            .await
            .unwrap();
    }
    let database = Database::new(&url).unwrap();
    let list = List::<OpenReport>::default();
    let mut now = NOW;
    let mut rng = StdRng::seed_from_u64(11);
    let mut held = Vec::new();
    list.refresh(&database, now).await;
    for round in 0..120 {
        for _ in 0..rng.random_range(1..6) {
            match rng.random_range(0..10) {
                0..4 => {
                    sqlx::query(REPORT).bind(rng.random_range(1..=20i64)).execute(&pool).await.unwrap();
                }
                // Its id is taken now, its row is seen later, perhaps after younger ones.
                4..6 if held.len() < 5 => {
                    let mut tx = pool.begin().await.unwrap();
                    sqlx::query(REPORT).bind(rng.random_range(1..=20i64)).execute(&mut *tx).await.unwrap();
                    held.push(tx);
                }
                4..7 => {
                    if !held.is_empty() {
                        let at = rng.random_range(0..held.len());
                        held.remove(at).commit().await.unwrap();
                    }
                }
                7 => {
                    sqlx::query("update reports set action_taken_at = now() where id = (select id from reports where action_taken_at is null order by random() limit 1)")
                        .execute(&pool).await.unwrap();
                }
                // Re-opened as Mastodon does it, with its log row.
                _ => {
                    let reopened: Option<i64> = sqlx::query_scalar("update reports set action_taken_at = null where id = (select id from reports where action_taken_at is not null order by random() limit 1) returning id")
                        .fetch_optional(&pool).await.unwrap();
                    if let Some(id) = reopened {
                        sqlx::query("insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) values (1, 'reopen', 'Report', $1, now(), now())")
                            .bind(id).execute(&pool).await.unwrap();
                    }
                }
            }
        }
        list.refresh(&database, now).await;
        assert_eq!(listed(&list), table(&pool).await, "round {round}");
        now = now.plus(1_000);
    }
    for tx in held {
        tx.commit().await.unwrap();
    }
    list.refresh(&database, now).await;
    assert_eq!(listed(&list), table(&pool).await);
    assert_eq!(list.snapshot().missed, 0, "keys alone were enough");

    // Old reports re-opened by SQL, with nothing logged, far below the thousand ids that are looked at again.
    sqlx::query("insert into reports (account_id, target_account_id, created_at, updated_at, action_taken_at) select 1, 2, now(), now(), now() from generate_series(1, 1500)")
        .execute(&pool).await.unwrap();
    list.refresh(&database, now).await;
    sqlx::query("update reports set action_taken_at = now() where id = 1").execute(&pool).await.unwrap();
    list.refresh(&database, now).await;
    sqlx::query("update reports set action_taken_at = null where id = 1").execute(&pool).await.unwrap();
    sqlx::query("delete from admin_action_logs").execute(&pool).await.unwrap();
    list.refresh(&database, now).await;
    assert_ne!(listed(&list), table(&pool).await, "nothing tells of it");
    list.refresh(&database, now.plus(MINUTE)).await;
    assert_eq!(listed(&list), table(&pool).await, "the reconciliation finds it");
    assert_eq!(list.snapshot().missed, 1);
}
