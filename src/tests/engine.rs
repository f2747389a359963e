//! A store of a test's own on either engine, gone when the test ends.

use futures::FutureExt;
use howdah::{
    seal::Keys,
    store::{Driver, Store},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::{
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

/// The engine a behaviour is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// One test's database.
pub struct Database {
    pub store: Store,
    pub url: String,
    /// The folder of a SQLite file.
    folder: Option<tempfile::TempDir>,
    /// The server's address and the name of a PostgreSQL database.
    server: Option<(String, String)>,
    /// Whether statements go past the triggers.
    past: AtomicBool,
}

/// Runs statements past the triggers, as somebody with the rights would, and leaves the triggers as they are: on SQLite they are
/// taken away and made anew, on PostgreSQL they are passed.
pub async fn past_triggers(driver: &Driver, text: &str) -> sqlx::Result<()> {
    match driver {
        Driver::Sqlite(pool) => {
            let mut tx = pool.begin_with("begin immediate").await?;
            sqlx::raw_sql("pragma defer_foreign_keys = on").execute(&mut *tx).await?;
            let made: Vec<(String, String)> =
                sqlx::query_as("select name, sql from sqlite_master where type = 'trigger' order by rowid")
                    .fetch_all(&mut *tx)
                    .await?;
            for (name, _) in &made {
                sqlx::raw_sql(AssertSqlSafe(format!("drop trigger {name}"))).execute(&mut *tx).await?;
            }
            sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut *tx).await?;
            for (_, again) in made {
                sqlx::raw_sql(AssertSqlSafe(again)).execute(&mut *tx).await?;
            }
            tx.commit().await
        }
        Driver::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            sqlx::raw_sql("set session_replication_role = replica").execute(&mut *connection).await?;
            let done = sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut *connection).await;
            sqlx::raw_sql("set session_replication_role = origin").execute(&mut *connection).await?;
            done.map(|_| ())
        }
    }
}

/// What a test needs and must not silently do without.
pub fn needed(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: this test needs the server it names"))
}

impl Database {
    /// A migrated store.
    pub async fn new(engine: Engine) -> Self {
        let database = Self::empty(engine).await;
        database.store.migrate().await.unwrap();
        database
    }

    /// A store without tables.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", folder.path().join("howdah.db").display());
                let store = Store::connect(&url, &Keys::from_secret([7; 32])).await.unwrap();
                Self { store, url, folder: Some(folder), server: None, past: AtomicBool::new(false) }
            }
            Engine::Postgres => {
                let server = needed("HOWDAH_TEST_POSTGRES");
                let name = format!("howdah_test_{}", ulid::Ulid::generate().to_string().to_lowercase());
                let mut admin = PgConnection::connect(&server).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}")))
                    .execute(&mut admin)
                    .await
                    .unwrap();
                let mut url = url::Url::parse(&server).unwrap();
                url.set_path(&name);
                let store = Store::connect(url.as_str(), &Keys::from_secret([7; 32])).await.unwrap();
                Self {
                    store,
                    url: url.to_string(),
                    folder: None,
                    server: Some((server, name)),
                    past: AtomicBool::new(false),
                }
            }
        }
    }

    /// The SQLite file.
    pub fn file(&self) -> PathBuf {
        self.folder.as_ref().unwrap().path().join("howdah.db")
    }

    /// Runs statements as somebody at the database's own prompt would.
    pub async fn run(&self, sql: &str) -> sqlx::Result<()> {
        if self.past.load(Ordering::Relaxed) {
            return past_triggers(&self.store.driver, sql).await;
        }
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.store.driver {
            Driver::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
            Driver::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
        }
    }

    /// From here on statements go past the triggers.
    pub fn go_past_triggers(&self) {
        self.past.store(true, Ordering::Relaxed);
    }

    /// One column of texts.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.store.driver {
            Driver::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            Driver::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    /// One number.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.store.driver {
            Driver::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
            Driver::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// Ends the store; a database on a server is dropped.
    pub async fn drop(self) {
        match &self.store.driver {
            Driver::Sqlite(pool) => pool.close().await,
            Driver::Postgres(pool) => PgPool::close(pool).await,
        }
        if let Some((server, name)) = &self.server {
            let mut admin = PgConnection::connect(server).await.unwrap();
            let sql = format!("drop database {name} with (force)");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        }
    }
}

/// Runs a test on a database of its own, which goes also when the test fails.
pub async fn on(engine: Engine, test: impl AsyncFnOnce(&Database)) {
    let database = Database::new(engine).await;
    let ended = AssertUnwindSafe(test(&database)).catch_unwind().await;
    database.drop().await;
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
}

/// The behaviour on both engines, a test each: `on_both!(name);` for an `async fn name(database: &Database)`.
macro_rules! on_both {
    ($($behaviour:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                $crate::engine::on($crate::engine::Engine::Sqlite, super::$behaviour).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                $crate::engine::on($crate::engine::Engine::Postgres, super::$behaviour).await;
            })+
        }
    };
}
pub(crate) use on_both;
