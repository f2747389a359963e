//! A practice instance to act on: a database and a Redis of its own, the real router on a port.

use practice::{
    cache::Cache,
    rate_limit::Limits,
    schema,
    server::{self, Instance, Practice},
    version::Version,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::net::TcpListener;

pub const DOMAIN: &str = "mastodon.test";

static NUMBER: AtomicUsize = AtomicUsize::new(1);

fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set; run the tests with: cargo xtask test --only unit"))
}

/// An instance that is served.
pub struct Stage {
    pub pool: PgPool,
    pub redis: redis::aio::MultiplexedConnection,
    pub redis_url: String,
    pub base: String,
    admin: PgPool,
    name: String,
}

impl Stage {
    /// Mastodon's tables without a row, served.
    pub async fn empty(version: Version) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let admin_url = variable("HOWDAH_TEST_POSTGRES");
        let admin = PgPool::connect(&admin_url).await.expect("PostgreSQL answers");
        let name = format!("practice{}_{number}", std::process::id());
        sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&admin).await.unwrap();
        let url = format!("{}/{name}", admin_url.rsplit_once('/').unwrap().0);
        let pool = PgPoolOptions::new().max_connections(8).connect(&url).await.unwrap();
        schema::create_as(&pool, version).await.unwrap();
        let redis_url = format!("{}/{number}", variable("HOWDAH_TEST_REDIS").trim_end_matches('/'));
        let client = redis::Client::open(redis_url.as_str()).unwrap();
        let mut redis = client.get_multiplexed_async_connection().await.expect("Redis answers");
        redis::cmd("FLUSHDB").query_async::<()>(&mut redis).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let practice = Practice {
            pool: pool.clone(),
            cache: Some(Cache::connect(&redis_url).await.unwrap()),
            domain: DOMAIN.to_owned(),
            limits: Limits::default(),
            media: None,
            https: true,
        };
        let instance = Arc::new(Instance::new(Arc::new(practice), version));
        let router = server::router_of(instance).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { pool, redis, redis_url, base, admin, name }
    }

    /// Deletes keys, as Mastodon or somebody outside does; how many there were.
    pub async fn forget(&mut self, pattern: &str) -> usize {
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut self.redis).await.unwrap();
        if !keys.is_empty() {
            redis::cmd("DEL").arg(&keys).query_async::<()>(&mut self.redis).await.unwrap();
        }
        keys.len()
    }

    pub async fn end(self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.admin).await.unwrap();
    }
}
