//! The console's own database: SQLite or PostgreSQL behind one body of SQL.
//!
//! Identifiers are text, instants are Unix milliseconds, documents are JSON or sealed text that SQL never looks into.

pub mod access_requests;
pub mod account_notes;
pub mod alarms;
pub mod applications;
pub mod attempts;
pub mod batches;
pub mod case_claims;
pub mod claims;
pub mod domain_imports;
pub mod drafts;
pub mod endings;
mod fence;
pub mod foreign;
pub mod grant_roles;
pub mod grants;
pub mod held;
pub mod invited;
pub mod linked_accounts;
mod mac;
pub mod operators;
pub mod policies;
pub mod preferences;
pub mod presence;
pub mod recovery_codes;
pub mod refusals;
pub mod reset_links;
pub mod reviews;
pub mod rights;
pub mod saved_filters;
mod sealing;
pub mod settling;
pub mod setup_links;
pub mod sign_ins;
pub mod snapshots;
pub mod sought;
pub(crate) mod transaction;
pub mod untold;
pub mod web_sessions;

pub use fence::Withheld;
pub use mac::{Refusal, Wrong, person as person_subject};

use crate::{
    clock::{Clock, MINUTE, NOTABLE_SKEW, SECOND, Timestamp, Told},
    problem::Problem,
    seal::Keys,
};
use fs4::fs_std::FileExt;
use sqlx::{
    AssertSqlSafe, Connection, FromRow, PgConnection, PgPool, Row, SqlitePool,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::File,
    path::PathBuf,
    str::FromStr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::sync::Semaphore;

/// What cannot be sealed or written down is an error of the statement that was to take it.
fn encode_error(error: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Encode(error.to_string().into())
}

/// The store: a database, and the keys that prove its rows. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub driver: Driver,
    keys: Keys,
    named: Arc<mac::Named>,
    refused: Arc<mac::LastRefused>,
    cached: Arc<rights::Cached>,
    clean: Arc<foreign::Clean>,
    /// The deed that it is written for, if any.
    fence: Option<fence::Fence>,
    /// So many count at the same time: what strangers do must not take every connection.
    counting: Arc<Semaphore>,
    /// The file it is in, on SQLite.
    file: Option<Arc<Opened>>,
}

/// A file as it was opened: another one may be put in its place, or it may be moved away.
#[derive(Debug)]
struct Opened {
    path: PathBuf,
    /// Device and number on it.
    is: OnceLock<(u64, u64)>,
}

impl Opened {
    /// What is wrong with the place, if the file that was opened first does not stand there any more.
    fn wrong(&self) -> Option<String> {
        use std::os::unix::fs::MetadataExt;
        let shown = self.path.display();
        match std::fs::metadata(&self.path) {
            Err(error) => Some(format!("the file of the store, {shown}, can’t be found any more: {error}")),
            Ok(there) => {
                let there = (there.dev(), there.ino());
                (*self.is.get_or_init(|| there) != there)
                    .then(|| format!("the file of the store, {shown}, was replaced by another while the console runs"))
            }
        }
    }
}

const CONNECTIONS_TO_A_FILE: u32 = 8;
const CONNECTIONS_TO_A_SERVER: u32 = 16;
/// So long after it answered a connection a server is taken to be there: as long as a page takes, which uses each several times.
const HEARD_FROM: Duration = Duration::from_millis(50);
/// So many of them count attempts at the same time.
const COUNTING: usize = 4;

/// The database, on either engine.
#[derive(Clone, Debug)]
pub enum Driver {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Holds other processes back that start on the same store; until it is dropped.
pub enum Starting {
    File(File),
    Connection(Box<sqlx::PgConnection>),
    /// There is no file that others could open.
    Alone,
}

/// The migration since which what is kept of an instance is proved, and a note is bound to whose it is
/// (`migrations/0036_proved_snapshots.sql`).
const BOUND: i64 = 36;
/// … since which the deeds of batches are proved one by one (`migrations/0041_work.sql`),
const PROVED_DEEDS: i64 = 41;
/// … and the one that made the table of notes (`migrations/0012_account_notes.sql`).
const NOTES: i64 = 12;
/// … since which what is sealed about an instance says which one (`migrations/0043_of_an_instance.sql`),
const OF_AN_INSTANCE: i64 = 43;
/// … and the one that made the table of access requests, the later of the two that are sealed anew then
/// (`migrations/0010_access_requests.sql`).
const ACCESS_REQUESTS: i64 = 10;
/// … since which what is kept beside rights and work is proved, and the words of an access request open under its instance's
/// name alone (`migrations/0052_kept.sql`).
const KEPT: i64 = 52;

/// The tables of both engines, and what differs by engine: the numbers are kept apart in one table, and each ignores the
/// other's.
fn migrations() -> [Migrator; 3] {
    [sqlx::migrate!("./migrations"), sqlx::migrate!("./migrations/sqlite"), sqlx::migrate!("./migrations/postgres")]
}

/// Runs the same body with either engine's pool.
macro_rules! on {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.driver {
            $crate::store::Driver::Sqlite($pool) => $body,
            $crate::store::Driver::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on;

/// Reads what a statement finds row by row, so that one that cannot be read takes no other with it.
macro_rules! each {
    ($row:ty, $query:expr, $on:expr) => {{
        let found = $query.fetch_all($on).await?;
        found.iter().map(|row| <$row as sqlx::FromRow<'_, _>>::from_row(row)).collect::<Vec<sqlx::Result<$row>>>()
    }};
}
pub(crate) use each;

/// A row as it was read, or why it could not be: SQLite lets anything stand in any column, and a row that somebody bent takes no other
/// with it.
pub(crate) struct Found<T>(sqlx::Result<T>);

impl<'r, R: sqlx::Row, T: FromRow<'r, R>> FromRow<'r, R> for Found<T> {
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self(T::from_row(row)))
    }
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store ({0}) cannot be opened: {1}; check `store` in the configuration and the rights of the file")]
    Open(String, sqlx::Error),
    #[error("the store's tables cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the store was opened by a newer version of the console (its tables have step {0}, which this version doesn’t know); \
         start that version, or put back the copy that was made before it"
    )]
    Newer(i64),
    #[error("another `howdah serve` uses this store ({0}); stop it first, or use PostgreSQL for several processes")]
    InUse(String),
    #[error("the store's lock file cannot be made: {0}")]
    Lock(std::io::Error),
    #[error(
        "another process starts on this store, or a command runs, and has not come to its end for {} seconds; try again then.{who}",
        .patience.as_secs()
    )]
    Starts { patience: Duration, who: String },
}

/// So long the start of another process, or a command, is waited for: it may have much to bring up to date.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often a lock of a file is tried.
const TRIED_AGAIN: Duration = Duration::from_millis(100);

fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

impl Driver {
    async fn connect(url: &str) -> Result<(Self, Option<Arc<Opened>>), StoreError> {
        foreign::prepare().await?;
        if let Some(file) = sqlite_file(url) {
            let opened = Arc::new(Opened { path: file.clone(), is: OnceLock::new() });
            let same = opened.clone();
            let shown = file.display().to_string();
            let fail = |error| StoreError::Open(shown.clone(), error);
            only_for_us(&file).map_err(|error| fail(sqlx::Error::Io(error)))?;
            let options = SqliteConnectOptions::from_str("sqlite:")
                .map_err(fail)?
                .filename(&file)
                // It is there by now: a connection that is made later must not make another one in the place of one that was moved.
                .create_if_missing(false)
                .journal_mode(SqliteJournalMode::Wal)
                // A leaf that was reported as written must survive a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                // A key that was destroyed must not survive in a free page.
                .pragma("secure_delete", "on")
                .busy_timeout(Duration::from_secs(5));
            let pool = SqlitePoolOptions::new()
                .max_connections(CONNECTIONS_TO_A_FILE)
                // A file does not go away as a server does: there is nothing to ask before each statement.
                .test_before_acquire(false)
                // A connection that is made later must not open another file that was put there: one process would read two.
                .max_lifetime(None)
                .idle_timeout(None)
                .after_connect(move |_, _| {
                    let wrong = same.wrong();
                    Box::pin(async move { wrong.map_or(Ok(()), |what| Err(sqlx::Error::Protocol(what))) })
                })
                // On a full disk SQLite rolls back by itself, and whoever does after it is refused: the connection goes on
                // counting a transaction that is over, and would begin none any more.
                .after_release(|connection, _| {
                    Box::pin(async move {
                        // What was told to roll back has done so when this is answered.
                        connection.ping().await?;
                        Ok(!connection.is_in_transaction())
                    })
                })
                .acquire_timeout(Duration::from_secs(5))
                .connect_with(options)
                .await
                .map_err(fail)?;
            Ok((Self::Sqlite(pool), Some(opened)))
        } else {
            let shown = url::Url::parse(url)
                .map(|url| format!("postgres at {}", url.host_str().unwrap_or("a socket")))
                .unwrap_or_else(|_| "postgres".to_owned());
            let set: Arc<AsSet> = Arc::default();
            let released = set.clone();
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS_TO_A_SERVER)
                .after_connect(move |connection, _| Box::pin(on_path(connection, set.clone())))
                .after_release(move |connection, _| Box::pin(is_as_set(connection, released.clone())))
                // Whoever used it last has just heard from the server: to ask again before each statement would be a way more.
                .test_before_acquire(false)
                .before_acquire(|connection, of| {
                    let heard_from = of.idle_for < HEARD_FROM;
                    Box::pin(async move { Ok(heard_from || connection.ping().await.is_ok()) })
                })
                // A page that waits for it once is there within two seconds.
                .acquire_timeout(Duration::from_millis(1_500))
                .connect_lazy(url)
                .map_err(|error| StoreError::Open(shown.clone(), error))?;
            let mut first = pool.acquire().await;
            // At a start there is more time.
            for _ in 0..3 {
                if matches!(first, Err(sqlx::Error::PoolTimedOut)) {
                    first = pool.acquire().await;
                }
            }
            first.map_err(|error| StoreError::Open(shown, error))?;
            Ok((Self::Postgres(pool), None))
        }
    }
}

impl Store {
    /// Opens the store named by a `sqlite:` or `postgres:` address, and makes the file if there is none.
    ///
    /// # Errors
    /// With the address and what to check.
    pub async fn connect(url: &str, keys: &Keys) -> Result<Self, StoreError> {
        let (driver, file) = Driver::connect(url).await?;
        Ok(Self {
            driver,
            file,
            keys: keys.clone(),
            named: Arc::default(),
            refused: Arc::default(),
            cached: Arc::default(),
            clean: Arc::default(),
            fence: None,
            counting: Arc::new(Semaphore::new(COUNTING)),
        })
    }

    /// Waits until no other process brings this store up to date or seals it, and keeps others waiting until it is dropped.
    ///
    /// # Errors
    /// Of another that is not through for so long: with who it is, on PostgreSQL.
    pub async fn starting(&self, url: &str, patience: Duration) -> Result<Starting, StoreError> {
        match &self.driver {
            Driver::Sqlite(_) => {
                let Some(mut file) = sqlite_file(url) else { return Ok(Starting::Alone) };
                file.as_mut_os_string().push(".start");
                let lock = File::create(&file).map_err(StoreError::Lock)?;
                let begun = tokio::time::Instant::now();
                while !lock.try_lock_exclusive().map_err(StoreError::Lock)? {
                    if begun.elapsed() >= patience {
                        return Err(StoreError::Starts { patience, who: String::new() });
                    }
                    tokio::time::sleep(TRIED_AGAIN).await;
                }
                Ok(Starting::File(lock))
            }
            Driver::Postgres(pool) => {
                let fail = |error| StoreError::Open("postgres".to_owned(), error);
                // A connection of its own: with it the lock ends. Nothing was looked at yet: by their whole names, PostgreSQL’s own.
                let mut connection = pool.acquire().await.map_err(fail)?.detach();
                let wait = format!(
                    "set lock_timeout = {}; select pg_catalog.pg_advisory_lock(pg_catalog.hashtext('howdah starts'))",
                    patience.as_millis().max(1)
                );
                match sqlx::raw_sql(AssertSqlSafe(wait)).execute(&mut connection).await {
                    Ok(_) => Ok(Starting::Connection(Box::new(connection))),
                    Err(error) if held::is_held(&error) => {
                        Err(StoreError::Starts { patience, who: self.starters().await })
                    }
                    Err(error) => Err(fail(error)),
                }
            }
        }
    }

    /// Brings the tables up to date: the shared ones, then what differs by engine.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let failed = |error| StoreError::Migrate(MigrateError::Execute(error));
        if let Some(step) = self.newer().await.map_err(failed)? {
            return Err(StoreError::Newer(step));
        }
        // Where all of it was made before, nothing is written before it is known what would run with it.
        if !self.is_behind().await.map_err(failed)?
            && let Some(what) = self.foreign().await.map_err(failed)?
        {
            tracing::error!(what, "store.foreign: nothing is begun, and nothing of the store is brought up to date");
            return Ok(());
        }
        let unbound = self.is_of_before(BOUND).await.map_err(failed)?;
        if self.is_of_before_seals().await.map_err(failed)? {
            self.sealing_becomes_due().await.map_err(failed)?;
        }
        // Before the migration that says that it is done: a start that ends in between does it again.
        if unbound {
            self.proving_becomes_due().await.map_err(failed)?;
        }
        if self.is_of_before(PROVED_DEEDS).await.map_err(failed)? {
            self.deeds_become_due().await.map_err(failed)?;
        }
        if unbound && !self.is_of_before(NOTES).await.map_err(failed)? {
            account_notes::seal_former(self, &self.keys).await.map_err(failed)?;
        }
        let asked = !self.is_of_before(ACCESS_REQUESTS).await.map_err(failed)?;
        if self.is_of_before(OF_AN_INSTANCE).await.map_err(failed)? && asked {
            case_claims::seal_former(self, &self.keys).await.map_err(failed)?;
        }
        if self.is_of_before(KEPT).await.map_err(failed)? {
            self.kept_becomes_due().await.map_err(failed)?;
            // Also what a process of before that binding wrote since.
            if asked {
                access_requests::seal_former(self, &self.keys).await.map_err(failed)?;
            }
        }
        self.take_former_words().await.map_err(failed)?;
        let [mut shared, mut sqlite, mut postgres] = migrations();
        for of_one in [&mut shared, &mut sqlite, &mut postgres] {
            of_one.set_ignore_missing(true);
        }
        match &self.driver {
            Driver::Sqlite(pool) => {
                shared.run(pool).await?;
                sqlite.run(pool).await?;
            }
            Driver::Postgres(pool) => {
                shared.run(pool).await?;
                postgres.run(pool).await?;
            }
        }
        if self.proving_is_due().await.map_err(failed)? {
            snapshots::seal_former(self, &self.keys).await.map_err(failed)?;
        }
        if self.deeds_are_due().await.map_err(failed)? {
            batches::seal_items(self).await.map_err(failed)?;
        }
        if self.kept_is_due().await.map_err(failed)? {
            self.prove_kept().await.map_err(failed)?;
        }
        Ok(())
    }

    /// Proves what is kept beside rights and work, each row as it stands.
    async fn prove_kept(&self) -> sqlx::Result<()> {
        account_notes::prove_former(self).await?;
        access_requests::prove_former(self).await?;
        settling::prove_former(self).await?;
        alarms::prove_former(self).await?;
        reviews::prove_former(self).await?;
        refusals::prove_former(self).await?;
        applications::prove_former(self).await?;
        web_sessions::prove_former(self).await.map(|_| ())
    }

    /// Takes the one place there is for a server on a SQLite file; it is free again when the place is dropped. The database
    /// itself is locked, which has one inode by whatever name it is opened: SQLite locks ranges of it (`fcntl`), which this lock
    /// (`flock`) does not meet on Linux. The file beside it is what earlier versions lock.
    ///
    /// # Errors
    /// If another server has it.
    pub fn lock_for_serving(url: &str) -> Result<Option<[File; 2]>, StoreError> {
        let Some(database) = sqlite_file(url) else { return Ok(None) };
        let shown = database.display().to_string();
        let mut beside = database.clone();
        beside.as_mut_os_string().push(".lock");
        let lock = |file: std::io::Result<File>| {
            let file = file.map_err(StoreError::Lock)?;
            match file.try_lock_exclusive() {
                Ok(true) => Ok(file),
                Ok(false) => Err(StoreError::InUse(shown.clone())),
                Err(error) => Err(StoreError::Lock(error)),
            }
        };
        let beside = lock(File::create(&beside))?;
        // Before SQLite opens it: whoever closes a file loses the ranges that the process has locked of it.
        only_for_us(&database).map_err(StoreError::Lock)?;
        Ok(Some([lock(File::open(&database))?, beside]))
    }

    /// Whether it can be written: a row beside those that count attempts is, and goes with them when its time is over. Once in
    /// five seconds, however often it is asked: what strangers ask must not keep the disk at work.
    pub async fn try_write(&self, now: Timestamp) -> sqlx::Result<()> {
        const SQL: &str = "insert into attempts (key_hash, failures, first_at, last_at, expires_at) \
            values ('whether it can be written', 0, $1, $1, $2) \
            on conflict (key_hash) do update set last_at = $1, expires_at = $2 \
            where attempts.last_at <= $3 or attempts.last_at > $1";
        // What is open goes on being written also where nobody would find it any more.
        if let Some(what) = self.moved() {
            return Err(sqlx::Error::Protocol(what));
        }
        on!(self, pool => sqlx::query(SQL).bind(now.0).bind(now.plus(MINUTE).0).bind(now.plus(-5 * SECOND).0)
            .execute(pool).await.map(|_| ()))
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn connections(&self) -> (usize, usize) {
        on!(self, pool => (usize::try_from(pool.size()).unwrap_or(usize::MAX), pool.num_idle()))
    }

    /// The clock that this store's processes go by: the server's, where several may share it, as it shows now.
    pub async fn clock(&self) -> sqlx::Result<Clock> {
        match self.driver {
            Driver::Sqlite(_) => Ok(Clock::System),
            Driver::Postgres(_) => {
                let clock = Clock::Store(Arc::default());
                self.set(&clock).await?;
                Ok(clock)
            }
        }
    }

    /// Sets a clock that goes by the store's.
    pub async fn set(&self, clock: &Clock) -> sqlx::Result<()> {
        // By names that nobody's function or operator of the same name comes before.
        const NOW: &str = "select pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) \
            operator(pg_catalog.*) 1000::double precision)::bigint";
        let (Driver::Postgres(pool), Clock::Store(time)) = (&self.driver, clock) else { return Ok(()) };
        // Whatever it takes to get a connection is not part of the answer's way.
        let mut connection = pool.acquire().await?;
        let asked = time.asking();
        let now: i64 = sqlx::query_scalar(NOW).fetch_one(&mut *connection).await?;
        match time.told(asked, Timestamp(now)) {
            Told::Taken => {}
            Told::Late => tracing::warn!("clock.slow_answer"),
            Told::Jumped(by) => tracing::error!(
                by,
                "clock.jumped: the store's clock was moved by so many milliseconds and this machine's was not; it is not followed"
            ),
        }
        if let Some(skew) = clock.skew().filter(|skew| skew.abs() > NOTABLE_SKEW) {
            tracing::warn!(
                skew,
                "clock: this machine's clock and the store's differ by so many milliseconds; the store's holds"
            );
        }
        Ok(())
    }
}

/// What each connection to PostgreSQL is set to, as the first one found it.
type AsSet = OnceLock<As>;

#[derive(Debug, PartialEq, Eq)]
struct As {
    path: String,
    /// Who signed in, and as whom they work: a role may be set to work as another one.
    session: String,
    role: String,
}

/// Makes names in the statements of a connection lead to PostgreSQL's own operators and functions first, and then to the
/// console's tables: what a database or a role has as its `search_path` counts for nothing once they are there. Before they
/// are, it says where they are to be made. PostgreSQL looks into its own catalogue first where a path does not name it, and
/// makes new tables in the first schema that it names. Of a table of our name that no path leads to, and that is another role's,
/// nothing is believed: a neighbour of a new store may have one.
async fn on_path(connection: &mut PgConnection, set: Arc<AsSet>) -> sqlx::Result<()> {
    // Nothing that somebody else made is asked: neither operator nor function without its schema.
    const WHERE: &str = "select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_class c \
        join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace \
        join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) c.relowner \
        where c.relname operator(pg_catalog.=) 'ledger_entries'::pg_catalog.name and c.relkind operator(pg_catalog.=) 'r' \
        and (r.rolname operator(pg_catalog.=) current_user or (pg_catalog.pg_table_is_visible(c.oid) \
        and exists (select from pg_catalog.pg_class m where m.relnamespace operator(pg_catalog.=) c.relnamespace \
        and m.relname operator(pg_catalog.=) '_sqlx_migrations'::pg_catalog.name))) \
        order by r.rolname operator(pg_catalog.=) current_user desc, pg_catalog.pg_table_is_visible(c.oid) desc, c.oid limit 1";
    const FIRST: &str = "select pg_catalog.quote_ident(pg_catalog.current_schema())";
    const ROLE: &str = "select session_user::pg_catalog.text, current_user::pg_catalog.text";
    let all = match set.get() {
        Some(set) => settings(set),
        None => {
            sqlx::raw_sql(NAMES).execute(&mut *connection).await?;
            let there: Option<String> = sqlx::query_scalar(WHERE).fetch_optional(&mut *connection).await?;
            let schema = match there {
                Some(schema) => schema,
                None => {
                    let first: Option<String> = sqlx::query_scalar(FIRST).fetch_one(&mut *connection).await?;
                    first.ok_or_else(|| {
                        sqlx::Error::Protocol("no schema to make tables in: see `search_path`".to_owned())
                    })?
                }
            };
            let (session, role) = sqlx::query_as(ROLE).fetch_one(&mut *connection).await?;
            settings(set.get_or_init(|| As { path: format!("{schema}, pg_temp"), session, role }))
        }
    };
    sqlx::raw_sql(AssertSqlSafe(all)).execute(connection).await?;
    Ok(())
}

/// Names are shown as they are.
const NAMES: &str = "set quote_all_identifiers = off";

/// What each connection goes by, whatever a role or a database has set for it: how names lead, how statements are read and what they
/// see of one another, that what was written is on the disk, and that nothing ends them but a lock that somebody else keeps, which is
/// waited for no longer. How instants are written comes with the connection itself.
fn settings(set: &As) -> String {
    let role = if set.role == set.session { "none" } else { &set.role };
    let fixed = [
        // First of all: a path is kept, and shown, with the names in it quoted or not, as it was set then.
        ("quote_all_identifiers", "off"),
        ("role", role),
        ("search_path", &set.path),
        ("lock_timeout", "5s"),
        ("standard_conforming_strings", "on"),
        ("default_transaction_isolation", "read committed"),
        ("statement_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
        ("row_security", "on"),
    ];
    // A text that is read alike whatever a role has set for how texts are read.
    let text = |value: &str| format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''"));
    let each = fixed.map(|(name, value)| format!("pg_catalog.set_config('{name}', {}, false)", text(value)));
    format!(
        "select {}, pg_catalog.set_config('synchronous_commit', case when pg_catalog.current_setting('synchronous_commit') \
         operator(pg_catalog.=) 'off' then 'on' else pg_catalog.current_setting('synchronous_commit') end, false), \
         case when pg_catalog.current_setting('idle_session_timeout', true) is not null \
         then pg_catalog.set_config('idle_session_timeout', '0', false) end",
        each.join(", ")
    )
}

/// Whether a connection is as [`on_path`] left it: a trigger that lived for a blink, or whatever else once ran in it, may have set
/// it to another path, taken another role, left statements or tables of its own behind, or thrown away ours. Such a one is closed. What else may
/// have been set is set back.
async fn is_as_set(connection: &mut PgConnection, set: Arc<AsSet>) -> sqlx::Result<bool> {
    // Unprepared, as what is prepared may have been made anew under the same name; and by names that nobody's come before.
    const STANDS: &str = "select pg_catalog.current_setting('search_path'), session_user::pg_catalog.text, \
        current_user::pg_catalog.text, pg_catalog.pg_my_temp_schema() operator(pg_catalog.=) 0::pg_catalog.oid, \
        (select pg_catalog.count(*) from pg_catalog.pg_prepared_statements where not from_sql), \
        not exists (select from pg_catalog.pg_prepared_statements where from_sql), \
        pg_catalog.now() operator(pg_catalog.=) pg_catalog.statement_timestamp(), pg_catalog.pg_advisory_unlock_all()";
    let Some(set) = set.get() else { return Ok(false) };
    // In one go, so that it is back as soon.
    let all = format!("{STANDS}; close all; unlisten *; reset all; {}", settings(set));
    let found = sqlx::raw_sql(AssertSqlSafe(all)).fetch_all(&mut *connection).await?;
    let found = found.first().ok_or(sqlx::Error::RowNotFound)?;
    let stands = As { path: found.try_get(0)?, session: found.try_get(1)?, role: found.try_get(2)? };
    let (no_tables, statements, none_else, no_transaction): (bool, i64, bool, bool) =
        (found.try_get(3)?, found.try_get(4)?, found.try_get(5)?, found.try_get(6)?);
    // Whoever began one and went away before that was answered has left it open, and nobody's guard ends it: what is written in it
    // later would be taken back with it.
    if !no_transaction {
        tracing::info!("store.left_open: a transaction was begun and left; the connection is closed");
        return Ok(false);
    }
    let own = i64::try_from(connection.cached_statements_size()).unwrap_or(i64::MAX);
    let no_statements = none_else && statements >= own;
    if stands != *set || !no_tables || !no_statements {
        tracing::error!(
            path = stands.path,
            role = stands.role,
            temporary_tables = !no_tables,
            statements = !no_statements,
            "store.turned: something ran in a connection of the console’s and changed it; the connection is closed"
        );
        return Ok(false);
    }
    Ok(true)
}

/// The store holds hashes and sealed texts: nobody else on the machine needs to read it. The file is made before SQLite
/// opens it, because SQLite gives the files beside it (`-wal`, `-shm`) the rights that it has then.
fn only_for_us(file: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file)?;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

impl From<sqlx::Error> for Problem {
    /// The instance's database has an error of its own: this is the console's.
    fn from(error: sqlx::Error) -> Self {
        store_problem(error)
    }
}

/// What is said where the console’s own database does not answer; why it does not stands in the log.
pub fn store_problem(error: impl std::error::Error + 'static) -> Problem {
    tracing::error!(%error, "store.failed");
    held::note(&error);
    if held::is_held(&error) {
        return Problem::unavailable(
            "This can’t be read or written now: another connection to the console’s own database has held it for more than \
            five seconds.",
            "Try again in a moment. Whoever runs Howdah finds the reason in its log, and ends that connection on the server.",
        );
    }
    if has_code(&error, "25006") {
        return Problem::unavailable(
            "The console’s own database takes nothing now: it can be read only.",
            "Whoever runs Howdah ends that on the server (`default_transaction_read_only`, or a standby in its place).",
        );
    }
    Problem::unavailable("The console’s own database does not answer.", "Try again in a moment.")
}

fn has_code(error: &(dyn std::error::Error + 'static), code: &str) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| {
        let of_store = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
        of_store.and_then(|error| error.code()).is_some_and(|found| found == code)
    })
}
