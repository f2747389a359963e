//! Mastodon's PostgreSQL, read-only but for settings, invitations and who has which role. Every query names the
//! index it stands on.
//!
//! Safe behind PgBouncer in transaction mode: statements are prepared by name only where the operator says that no pooler stands
//! between, and the session bears that out; what a session needs is set inside each transaction. Timestamps are
//! `timestamp without time zone` in UTC; they leave as milliseconds. Everything here fails
//! where the database does not answer.

mod account;
mod appeals;
mod content;
mod days;
mod details;
mod domains;
mod finding;
mod grants;
mod hidden;
mod invites;
mod log;
mod registrations;
mod reports;
mod roles;
mod shape;
mod signups;
mod site;
mod snapshot;
mod standing;
mod transparency;

pub use account::{Account, AccountHit, Joining, MOST_BY_NAME, ServerFacts, StrikeRow, acct};
pub use appeals::{AppealDecided, AppealRow};
pub use content::{CollectionRow, EditRow, Foreign, Held, Link, LinkRow, MOST_EDITS, PollRow, QuoteRow, TaggedRow};
pub use days::{DAYS, Day, Days, Logged};
pub use details::{
    LoggedAbout, MOST_ADDRESSES, MOST_SESSIONS, ReportMade, SanctionsSince, SeenFrom, SignUpData, WebSession,
};
pub use domains::{Limited, MOST_BELOW, Narrowed};
pub use finding::{ListedAccount, MOST_BY_ADDRESS, NEWEST_LOGINS, Narrowing, Origin, Sanctioned, Window, created_at};
pub use grants::{Extra, Release, Untried, VERSION, Writing, readable, sql as grants_sql, untried};
pub use hidden::Hidden;
pub use invites::{
    CameWindow, CameWith, InvitationsOf, Invite, InviteCode, InviteWindow, Invitee, Inviter, Stands, Usable,
};
pub use log::{ClosedWindow, Closings, LONGEST_CHANGES, LogFilter, LogWindow, LoggedAction};
pub use reports::{
    ClosedRow, LogRow, MOST_POSTS, MediaRow, NoteRow, OpenReport, PostRow, ReportState, ReporterRecord, StrikeTrace,
};
pub use roles::Written;
pub use shape::{Extras, Shape, Standby, There};
pub use signups::{Met, NEWEST, Origins, PendingSignUp, no_visitors};
pub use site::{Hours, KnownRelease, PresetRow, Releases, RuleRow};
pub use snapshot::WatchedPart;
pub use standing::{LastLogged, Standing};
pub use transparency::{AppealOutcome, Period, ReportOutcome};

use crate::{
    problem::Problem,
    telemetry::{self, Counted},
};
use futures::FutureExt;
use sqlx::{
    Connection, FromRow, PgConnection, PgPool, Postgres, Row, SqlSafeStr, Transaction,
    postgres::{PgArguments, PgConnectOptions, PgDatabaseError, PgPoolOptions, PgRow, PgSeverity},
    query::{Query, QueryAs, QueryScalar},
};
use std::{
    io::ErrorKind,
    str::FromStr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the instance’s database does not answer")]
    Away(#[source] sqlx::Error),
    /// The database, or a pooler in front of it, ended the connection or never took it, in its own words.
    #[error("the instance’s database does not answer reads: it says “{0}”")]
    Turned(String),
    /// No connection could be made that may be used.
    #[error("no connection to the instance’s database can be made: {0}")]
    Unusable(String),
    #[error("the instance’s database took longer than two seconds")]
    Slow,
    #[error("the instance’s database refused the read: {0}")]
    Refused(String),
    /// The console's role lacks a privilege.
    #[error("the instance’s database refused the read: {0}")]
    NotGranted(String),
    /// The address for writes leads somewhere else than it must; nothing was written.
    #[error("{0}")]
    Elsewhere(&'static str),
    /// A write was sent and its end is not known.
    #[error("{0}")]
    Lost(String),
}

impl DatabaseError {
    /// Which sort it is, for the log and the metrics.
    fn word(&self) -> &'static str {
        match self {
            Self::Away(_) => "away",
            Self::Turned(_) => "turned",
            Self::Unusable(_) => "unusable",
            Self::Slow => "slow",
            Self::Refused(_) => "refused",
            Self::NotGranted(_) => "not granted",
            Self::Elsewhere(_) => "elsewhere",
            Self::Lost(_) => "lost",
        }
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let Some(answer) = error.as_database_error().and_then(|inner| inner.try_downcast_ref::<PgDatabaseError>())
        else {
            return match error {
                sqlx::Error::Tls(why) => {
                    Self::Unusable(format!("TLS: {}", crate::text::excerpt(&why.to_string(), 200)))
                }
                // What the other side shows in the handshake is not believed.
                sqlx::Error::Io(why) if why.kind() == ErrorKind::InvalidData => {
                    Self::Unusable(format!("TLS: {}", crate::text::excerpt(&why.to_string(), 200)))
                }
                sqlx::Error::Configuration(why) => Self::Unusable(crate::text::excerpt(&why.to_string(), 200)),
                sqlx::Error::Protocol(why) => Self::Unusable(crate::text::excerpt(&why, 200)),
                error => Self::Away(error),
            };
        };
        match answer.severity() {
            // It ended the connection, or never took it.
            PgSeverity::Fatal | PgSeverity::Panic => Self::Turned(crate::text::excerpt(answer.message(), 200)),
            // 57014: the statement time-out.
            _ if answer.code() == "57014" => Self::Slow,
            _ if matches!(answer.code(), "0A000" | "26000" | "42P05") => {
                REFUSED.fetch_add(1, Ordering::Relaxed);
                Self::Refused(crate::text::excerpt(answer.message(), 300))
            }
            _ if answer.code() == "42501" => Self::NotGranted(crate::text::excerpt(answer.message(), 300)),
            _ => Self::Refused(crate::text::excerpt(answer.message(), 300)),
        }
    }
}

/// Whether a connection is a session of ours alone at the server. A pooler may hand each transaction to another session, and
/// what one has prepared by name another then lacks, or has by the same name something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sessions {
    NotAsked,
    Ours,
    Shared,
}

/// A setting that means nothing, and where it does not arrive the session was not begun with what we sent: most poolers refuse what they
/// do not know of, or send what is their own. One that passes it on and shares the session all the same can't be told by it, so that the
/// operator's word is needed as well.
const OURS: (&str, &str) = ("howdah.session", "ours");
/// In bytes a few hundred kB of the server's for each connection: more than the pages ask by key.
const PREPARED: usize = 200;

/// How many statements were refused because what was prepared fits no more, by any instance: columns that changed under it
/// (`0A000`), or a session that is another one (`26000`, `42P05`). Where an error is read, its connection is not at hand.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// One instance's database.
pub struct Database {
    reads: PgPool,
    /// How the address for reads is connected to where nothing is known of its sessions.
    plain: PgConnectOptions,
    sessions: RwLock<Sessions>,
    /// Whether connections are made to be prepared in.
    named: Arc<AtomicBool>,
    /// Connections that are older are not used any more.
    since: Arc<RwLock<Instant>>,
    /// How many prepared statements had been refused when it was last looked.
    refused: AtomicU64,
    /// For the writers of settings, roles and invitations alone.
    writes: PgPool,
    /// Writes go to another address than reads.
    apart: bool,
    /// What its tables are like, as last seen; every probe looks again.
    known: RwLock<Option<Known>>,
    calls: Counted<1>,
}

/// What is known of the tables without asking again.
#[derive(Clone)]
pub(super) struct Known {
    /// What not every release has.
    extras: Extras,
    /// What belongs to reports and posts and no release has.
    unknown: Arc<[Foreign]>,
}

/// So long after it answered a connection a server is taken to be there: as long as a page takes, which reads several times.
const HEARD_FROM: Duration = Duration::from_millis(50);

// No statement may take so long that translating it into machine code, which takes up to a second, would be worth it.
const BEGIN_READ: &str = "begin isolation level repeatable read read only; set local statement_timeout = 2000; \
    set local jit = off; set local time zone 'UTC'";

impl Database {
    /// Connects when first asked: the instance may be down at start.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        Self::with_primary(url, None)
    }

    /// The same where `url` leads to a copy, and what is written goes to the primary that it follows.
    pub fn with_primary(url: &str, primary: Option<&str>) -> anyhow::Result<Self> {
        // PgBouncer refuses what it does not know of at the start of a session, `extra_float_digits` among it.
        let options = |url: &str| -> anyhow::Result<_> {
            Ok(PgConnectOptions::from_str(url)?
                .application_name("howdah")
                .extra_float_digits(None)
                .statement_cache_capacity(0))
        };
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .min_connections(0)
                .acquire_timeout(Duration::from_millis(1_500))
                .idle_timeout(Duration::from_secs(300))
                // Whoever began a transaction and went away before that was answered has left it open, and nobody's guard ends it:
                // whoever reads in it later reads what was there then, and what is written in it may be refused.
                .after_release(|connection, _| {
                    const NONE_OPEN: &str =
                        "select pg_catalog.now() operator(pg_catalog.=) pg_catalog.statement_timestamp()";
                    async move {
                        let row = sqlx::raw_sql(NONE_OPEN).fetch_one(connection).await;
                        Ok(row.and_then(|row| row.try_get(0)).unwrap_or(false))
                    }
                    .boxed()
                })
        };
        let plain = options(url)?;
        let since = Arc::new(RwLock::new(Instant::now()));
        let made_since = Arc::clone(&since);
        let named = Arc::new(AtomicBool::new(false));
        let is_named = Arc::clone(&named);
        let reads = pool(6)
            .after_connect(move |connection, _| {
                let named = is_named.load(Ordering::Relaxed);
                async move { if named { prepare_if_ours(connection).await.map(drop) } else { Ok(()) } }.boxed()
            })
            // A page reads several times: a connection that has just answered is not asked whether it is there each time.
            .test_before_acquire(false)
            .before_acquire(move |connection, of| {
                let recent = of.age <= made_since.read().unwrap_or_else(PoisonError::into_inner).elapsed();
                let heard_from = of.idle_for < HEARD_FROM;
                async move { Ok(recent && (heard_from || connection.ping().await.is_ok())) }.boxed()
            });
        Ok(Self {
            reads: reads.connect_lazy_with(plain.clone()),
            plain,
            sessions: RwLock::new(Sessions::Shared),
            named,
            since,
            refused: AtomicU64::new(REFUSED.load(Ordering::Relaxed)),
            // The second looks whether the primary is well while the first writes.
            writes: pool(if primary.is_some() { 2 } else { 1 }).connect_lazy_with(options(primary.unwrap_or(url))?),
            apart: primary.is_some(),
            known: RwLock::default(),
            calls: Counted::default(),
        })
    }

    /// Transactions since the start, by what came of beginning them.
    pub fn calls(&self) -> &Counted<1> {
        &self.calls
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn connections(&self) -> (usize, usize) {
        let pools = [&self.reads, &self.writes];
        let all = pools.iter().map(|pool| usize::try_from(pool.size()).unwrap_or(usize::MAX)).sum();
        (all, pools.iter().map(|pool| pool.num_idle()).sum())
    }

    /// The same, with statements prepared by name where sessions bear out what the operator says of them.
    #[must_use]
    pub fn preparing(mut self, wanted: bool) -> Self {
        self.sessions = RwLock::new(if wanted { Sessions::NotAsked } else { Sessions::Shared });
        self
    }

    /// Begins a transaction, and counts it.
    async fn begin(&self, pool: &PgPool, sql: &'static str) -> Result<Transaction<'static, Postgres>, DatabaseError> {
        let refused = REFUSED.load(Ordering::Relaxed);
        if self.refused.swap(refused, Ordering::Relaxed) != refused {
            self.renew();
        }
        let span = tracing::debug_span!("mastodon.database");
        let begun = async { pool.begin_with(sql).await.map_err(DatabaseError::from) };
        let outcome = |begun: &Result<_, DatabaseError>| begun.as_ref().err().map_or("begun", DatabaseError::word);
        let begun = telemetry::told(span, begun, outcome).await;
        self.calls.count([outcome(&begun)]);
        let named = *self.sessions.read().unwrap_or_else(PoisonError::into_inner) == Sessions::Ours;
        if named && matches!(begun, Err(DatabaseError::Turned(_))) {
            // Perhaps a pooler stands there now, which refuses what it does not know of.
            self.begin_anew(Sessions::NotAsked, self.plain.clone());
        }
        begun
    }

    /// Asks once whether sessions are ours alone, so that statements may be prepared in them; with every probe, and nothing
    /// where it is known. What the pages ask by key costs PostgreSQL several times more to plan than to answer.
    pub(super) async fn ask_whose_sessions(&self) {
        if *self.sessions.read().unwrap_or_else(PoisonError::into_inner) != Sessions::NotAsked {
            return;
        }
        let options = self.plain.clone().options([OURS]).statement_cache_capacity(PREPARED);
        let asked = async {
            let mut connection = PgConnection::connect_with(&options).await?;
            let ours = prepare_if_ours(&mut connection).await?;
            connection.close().await?;
            Ok::<bool, sqlx::Error>(ours)
        };
        match tokio::time::timeout(Duration::from_secs(1), asked).await {
            Ok(Ok(true)) => self.begin_anew(Sessions::Ours, options),
            // No connection is free, or the server is on its way up or down: that is not about the setting.
            Ok(Err(sqlx::Error::Database(error)))
                if error.code().is_some_and(|code| code.starts_with("53") || code.starts_with("57")) => {}
            Ok(Ok(false) | Err(sqlx::Error::Database(_))) => {
                tracing::warn!(
                    "database.sessions: `prepared_statements` has no effect: the setting howdah.session was refused or did not arrive"
                );
                self.begin_anew(Sessions::Shared, self.plain.clone());
            }
            // Nothing was learned.
            Ok(Err(_)) | Err(_) => {}
        }
    }

    /// From now on connections are made so; those there are already are not used any more where that is something else.
    fn begin_anew(&self, sessions: Sessions, options: PgConnectOptions) {
        let mut known = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        self.reads.set_connect_options(options);
        self.named.store(sessions == Sessions::Ours, Ordering::Relaxed);
        if (*known == Sessions::Ours) != (sessions == Sessions::Ours) {
            self.renew();
        }
        *known = sessions;
    }

    /// No connection of before is used again.
    fn renew(&self) {
        *self.since.write().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// One read: everything in it sees the same moment.
    ///
    /// # Errors
    /// If the database does not answer within two seconds.
    pub async fn read(&self) -> Result<Read, DatabaseError> {
        self.read_from(&self.reads).await
    }

    async fn read_from(&self, pool: &PgPool) -> Result<Read, DatabaseError> {
        let mut tx = self.begin(pool, BEGIN_READ).await?;
        let Known { extras, unknown } = self.known(&mut tx).await?;
        let prepares = tx.cached_statements_size() > 0;
        Ok(Read { tx, extras, unknown, prepares })
    }

    /// Whether writes go to another address than reads.
    pub fn is_apart(&self) -> bool {
        self.apart
    }

    /// A read of where writes go, which may be another place than where the rest is read, and is the right one.
    ///
    /// # Errors
    /// If it does not answer within two seconds; if it is a copy; if it is not the database that is read.
    pub async fn read_primary(&self) -> Result<Read, DatabaseError> {
        let mut primary = self.read_from(&self.writes).await?;
        self.same(&mut primary.tx).await?;
        Ok(primary)
    }

    /// What the tables are like, as last seen, or as it is now where nobody has looked yet.
    async fn known(&self, tx: &mut PgConnection) -> Result<Known, DatabaseError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) => Ok(known),
            None => Ok(self.remember(&shape::shape(tx).await?)),
        }
    }

    /// What not every release has, as last seen.
    async fn extras(&self, tx: &mut PgConnection) -> Result<Extras, DatabaseError> {
        Ok(self.known(tx).await?.extras)
    }

    /// Remembers what was seen.
    pub(super) fn remember(&self, shape: &Shape) -> Known {
        let known = Known { extras: shape.extras, unknown: shape.unknown.as_slice().into() };
        let before = self.known.write().unwrap_or_else(PoisonError::into_inner).replace(known.clone());
        if before.is_some_and(|before| before.extras != known.extras) {
            // What was prepared for other columns is refused by PostgreSQL.
            self.renew();
        }
        known
    }

    /// One write; it ends with its commit.
    async fn begin_write(&self) -> Result<Transaction<'static, Postgres>, DatabaseError> {
        let begin = "begin; set local statement_timeout = 4000; set local time zone 'UTC'";
        let mut tx = self.begin(&self.writes, begin).await?;
        self.same(&mut tx).await?;
        Ok(tx)
    }

    /// That what is written arrives where the rest is read: asked before each write, as an address can lead to another
    /// server from one day to the next.
    async fn same(&self, writes: &mut PgConnection) -> Result<(), DatabaseError> {
        let follows: bool = query_scalar("select pg_is_in_recovery()").fetch_one(&mut *writes).await?;
        if follows && self.apart {
            return Err(DatabaseError::Elsewhere(
                "`database_write_url` leads to a copy that follows another database; name the primary",
            ));
        }
        if follows {
            return Err(DatabaseError::Elsewhere(
                "`database_url` leads to a copy, where nothing can be written; name the primary as `database_write_url`",
            ));
        }
        if !self.apart {
            return Ok(());
        }
        let mut reads = self.begin(&self.reads, BEGIN_READ).await?;
        if place(&mut reads).await? != place(writes).await? {
            return Err(DatabaseError::Elsewhere(
                "`database_write_url` leads to another database than `database_url`; name the primary that it follows",
            ));
        }
        Ok(())
    }
}

/// Prepares a first statement in a session that is ours alone, by which it is told from others; whether it is one.
async fn prepare_if_ours(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // In the simple protocol, which is one message: between two of them a pooler may change the session.
    let row = sqlx::raw_sql("select current_setting('howdah.session', true)").fetch_one(&mut *connection).await?;
    let ours = row.try_get::<Option<String>, _>(0)?.as_deref() == Some(OURS.1);
    if ours {
        let () = sqlx::query_scalar::<_, i32>("select 1").fetch_one(connection).await.map(drop)?;
    }
    Ok(ours)
}

/// Which database this is: a copy has both numbers of the one it follows.
async fn place(tx: &mut PgConnection) -> Result<(i64, i64), DatabaseError> {
    const SQL: &str = "select system_identifier, \
        (select oid::bigint from pg_database where datname = current_database()) from pg_control_system()";
    Ok(query_as(SQL).fetch_one(tx).await?)
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        read_problem(error)
    }
}

/// What is said where the instance’s database was not read.
pub fn read_problem(error: DatabaseError) -> Problem {
    let remedy = match error {
        DatabaseError::NotGranted(_) => {
            "Whoever runs the instance’s database grants it: howdah instance grants prints how, and the overview names what \
             is missing."
        }
        DatabaseError::Away(_)
        | DatabaseError::Turned(_)
        | DatabaseError::Unusable(_)
        | DatabaseError::Slow
        | DatabaseError::Refused(_)
        | DatabaseError::Elsewhere(_)
        | DatabaseError::Lost(_) => "Try again in a moment.",
    };
    Problem::unavailable(format!("{error}, so this could not be read."), remedy)
}

/// A statement without a name: a pooler in transaction mode hands the next one to another server process.
fn query<'q>(sql: impl SqlSafeStr) -> Query<'q, Postgres, PgArguments> {
    sqlx::query(sql).persistent(false)
}

/// The same, of which rows come back.
fn query_as<'q, T>(sql: impl SqlSafeStr) -> QueryAs<'q, Postgres, T, PgArguments>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    sqlx::query_as(sql).persistent(false)
}

/// The same, of which one value a row comes back.
fn query_scalar<'q, T>(sql: impl SqlSafeStr) -> QueryScalar<'q, Postgres, T, PgArguments>
where
    (T,): for<'r> FromRow<'r, PgRow>,
{
    sqlx::query_scalar(sql).persistent(false)
}

/// A read transaction; ends when dropped.
pub struct Read {
    pub(super) tx: Transaction<'static, Postgres>,
    pub(super) extras: Extras,
    unknown: Arc<[Foreign]>,
    /// Whether statements may be prepared in this session.
    prepares: bool,
}

impl Read {
    /// A statement by keys, which is asked again and again and is planned alike whatever they are: prepared by name where the
    /// session is ours alone. One whose plan depends on what is asked for (a filter that may be empty, a range) is sent
    /// without a name.
    fn prepared_as<'q, T>(&self, sql: impl SqlSafeStr) -> QueryAs<'q, Postgres, T, PgArguments>
    where
        T: for<'r> FromRow<'r, PgRow>,
    {
        sqlx::query_as(sql).persistent(self.prepares)
    }

    /// The same, of which one value a row comes back.
    fn prepared_scalar<'q, T>(&self, sql: impl SqlSafeStr) -> QueryScalar<'q, Postgres, T, PgArguments>
    where
        (T,): for<'r> FromRow<'r, PgRow>,
    {
        sqlx::query_scalar(sql).persistent(self.prepares)
    }
}

/// A text that strangers wrote, cut in SQL: a remote server is bounded by nothing but what the instance's web server takes in one
/// request. That it was cut stands in front, where no unclosed element of it can swallow the words.
macro_rules! cut {
    ($column:literal, $most:literal) => {
        concat!(
            "case when length(",
            $column,
            ") > ",
            $most,
            " then '(Cut after ",
            $most,
            " characters) ' || left(",
            $column,
            ", ",
            $most,
            ") else ",
            $column,
            " end"
        )
    };
}
pub(super) use cut;

/// The SQL of a timestamp as milliseconds since the epoch, for the columns that are selected below.
macro_rules! ms {
    ($column:literal) => {
        concat!(
            "(case when isfinite(",
            $column,
            ") then (extract(epoch from ",
            $column,
            ") * 1000)::bigint when ",
            $column,
            " > timestamp 'epoch' then 253402300799000 when ",
            $column,
            " < timestamp 'epoch' then -62135596800000 end)"
        )
    };
}
pub(crate) use ms;

/// A statement with what 4.6 added to roles and 4.7 to accounts, each by itself: the macro named takes `[DETAILS DELETION]`
/// first. Each of the two is `granted`, `absent` where the release has no such column, or `untold` where it has and the
/// console may not read it: what depends on it is null then, and never false.
macro_rules! by_release {
    ($extras:expr, $statement:ident, $($rest:tt)*) => {{
        use $crate::mastodon::database::There::{Granted, Not, NotGranted};
        match ($extras.role_details, $extras.deletion) {
            (Granted, Granted) => $statement!([granted granted], $($rest)*),
            (Granted, Not) => $statement!([granted absent], $($rest)*),
            (Granted, NotGranted) => $statement!([granted untold], $($rest)*),
            (Not, Granted) => $statement!([absent granted], $($rest)*),
            (Not, Not) => $statement!([absent absent], $($rest)*),
            (Not, NotGranted) => $statement!([absent untold], $($rest)*),
            (NotGranted, Granted) => $statement!([untold granted], $($rest)*),
            (NotGranted, Not) => $statement!([untold absent], $($rest)*),
            (NotGranted, NotGranted) => $statement!([untold untold], $($rest)*),
        }
    }};
}
pub(crate) use by_release;

/// Whether the account by this name in SQL was deleted, as its own column says; before 4.7 nothing says so.
macro_rules! deleted {
    ([$details:ident granted], $account:literal) => {
        concat!("(", $account, ".requested_deletion_at is not null)")
    };
    ([$details:ident absent], $account:literal) => {
        "false"
    };
    ([$details:ident untold], $account:literal) => {
        "null::boolean"
    };
}
pub(crate) use deleted;

/// Whether the login `u` has one-time codes or a security key (`webauthn_credentials (user_id, nickname)`).
macro_rules! second_factor {
    () => {
        "(u.otp_required_for_login or exists (select from webauthn_credentials w where w.user_id = u.id))"
    };
}
pub(crate) use second_factor;

/// Whether a role wants a second factor, by its column in SQL; no role did before 4.6.
macro_rules! wants_second_factor {
    ([granted $deletion:ident], $column:literal) => {
        concat!("coalesce(", $column, ", false)")
    };
    ([absent $deletion:ident], $column:literal) => {
        "false"
    };
    ([untold $deletion:ident], $column:literal) => {
        "null::boolean"
    };
}
pub(crate) use wants_second_factor;

/// Whether the login `u` lacks the second factor that its role `r`, or everyone's `e` where it has none, wants.
macro_rules! lacks_second_factor {
    ($release:tt) => {
        concat!(
            $crate::mastodon::database::wants_second_factor!(
                $release,
                "case when r.id is null then e.require_2fa else r.require_2fa end"
            ),
            " and not ",
            $crate::mastodon::database::second_factor!()
        )
    };
}
pub(crate) use lacks_second_factor;
