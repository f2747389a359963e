//! Mastodon's PostgreSQL, read-only but for settings, invitations and who has which role. Every query names the
//! index it stands on.
//!
//! Safe behind PgBouncer in transaction mode: no named prepared statements, and what a session needs is set inside each
//! transaction. Timestamps are `timestamp without time zone` in UTC; they leave as milliseconds.

mod account;
mod content;
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

pub use account::{Account, Found, ServerFacts, StrikeRow};
pub use content::{CollectionRow, EditRow, Foreign, MOST_EDITS, PollRow, QuoteRow};
pub use details::{LoggedAbout, MOST_ADDRESSES, ReportMade, SanctionsSince, SeenFrom, SignUpData, WebSession};
pub use domains::{Limited, MOST_BELOW, Narrowed};
pub use finding::{ListedAccount, Narrowing, Origin, Sanctioned, Window, created_at};
pub use grants::{Extra, Release, Writing, readable, sql as grants_sql};
pub use hidden::Hidden;
pub use invites::{CameWindow, CameWith, InvitationsOf, Invite, InviteCode, InviteWindow, Inviter, Usable};
pub use log::{LogFilter, LogWindow, LoggedAction};
pub use reports::{
    ClosedRow, LogRow, MOST_POSTS, MediaRow, NoteRow, OpenReport, PostRow, ReportState, ReporterRecord, StrikeTrace,
};
pub use roles::Written;
pub use shape::{Extras, Shape, Standby, There};
pub use signups::{Met, Origins, PendingSignUp, no_visitors};
pub use site::{PresetRow, RuleRow};
pub use snapshot::Part;
pub use standing::Standing;

use crate::problem::Problem;
use sqlx::{
    PgConnection, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgDatabaseError, PgPoolOptions, PgSeverity},
};
use std::{
    io::ErrorKind,
    str::FromStr,
    sync::{PoisonError, RwLock},
    time::Duration,
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
    /// A write was sent and its end is not known.
    #[error("{0}")]
    Lost(String),
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
            _ => Self::Refused(crate::text::excerpt(answer.message(), 300)),
        }
    }
}

/// One instance's database.
pub struct Database {
    reads: PgPool,
    /// For the writers of settings, roles and invitations alone.
    writes: PgPool,
    /// What not every release has, as last seen; every pulse looks again.
    extras: RwLock<Option<Extras>>,
}

const BEGIN_READ: &str = "begin isolation level repeatable read read only; set local statement_timeout = 2000; \
    set local time zone 'UTC'";

impl Database {
    /// Connects when first asked: the instance may be down at start.
    ///
    /// # Errors
    /// If the address cannot be understood.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        // PgBouncer refuses what it does not know of at the start of a session, `extra_float_digits` among it.
        let options = PgConnectOptions::from_str(url)?
            .application_name("howdah")
            .extra_float_digits(None)
            .statement_cache_capacity(0);
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .min_connections(0)
                .acquire_timeout(Duration::from_millis(1_500))
                .idle_timeout(Duration::from_secs(300))
        };
        Ok(Self {
            reads: pool(6).connect_lazy_with(options.clone()),
            writes: pool(1).connect_lazy_with(options),
            extras: RwLock::default(),
        })
    }

    /// One read: everything in it sees the same moment.
    ///
    /// # Errors
    /// If the database does not answer within two seconds.
    pub async fn read(&self) -> Result<Read, DatabaseError> {
        let mut tx = self.reads.begin_with(BEGIN_READ).await?;
        let extras = self.extras(&mut tx).await?;
        Ok(Read { tx, extras })
    }

    /// What not every release has, as last seen, or as it is now where nobody has looked yet.
    async fn extras(&self, tx: &mut PgConnection) -> Result<Extras, DatabaseError> {
        let known = *self.extras.read().unwrap_or_else(PoisonError::into_inner);
        match known {
            Some(extras) => Ok(extras),
            None => {
                let shape = shape::shape(tx).await?;
                self.keep_extras(shape.extras);
                Ok(shape.extras)
            }
        }
    }

    /// Remembers what was seen.
    pub(super) fn keep_extras(&self, extras: Extras) {
        *self.extras.write().unwrap_or_else(PoisonError::into_inner) = Some(extras);
    }

    /// One write; it ends with its commit.
    async fn begin_write(&self) -> Result<Transaction<'static, Postgres>, DatabaseError> {
        Ok(self.writes.begin_with("begin; set local statement_timeout = 4000; set local time zone 'UTC'").await?)
    }
}

/// What is said where the instance’s database was not read.
pub fn unread(error: DatabaseError) -> Problem {
    Problem::unavailable(format!("{error}, so this could not be read."), "Try again in a moment.")
}

/// A read transaction; ends when dropped.
pub struct Read {
    pub(super) tx: Transaction<'static, Postgres>,
    pub(super) extras: Extras,
}

/// The SQL of a timestamp as milliseconds since the epoch, for the columns that are selected below.
macro_rules! ms {
    ($column:literal) => {
        concat!("(extract(epoch from ", $column, ") * 1000)::bigint")
    };
}
pub(crate) use ms;

/// A statement with what 4.6 added to roles and 4.7 to accounts, or without it where that is not there or not granted: the
/// macro named takes `since_47`, `since_46` or `before` first.
macro_rules! by_release {
    ($extras:expr, $statement:ident, $($rest:tt)*) => {
        if $extras.role_details != $crate::mastodon::database::There::Granted {
            $statement!(before, $($rest)*)
        } else if $extras.deletion == $crate::mastodon::database::There::Granted {
            $statement!(since_47, $($rest)*)
        } else {
            $statement!(since_46, $($rest)*)
        }
    };
}
pub(crate) use by_release;

/// Whether the account by this name in SQL was deleted, as its own column says; before 4.7 nothing says so.
macro_rules! deleted {
    (since_47, $account:literal) => {
        concat!("(", $account, ".requested_deletion_at is not null)")
    };
    ($before:ident, $account:literal) => {
        "false"
    };
}
pub(crate) use deleted;

/// Whether a role wants a second factor, by its column in SQL; no role did before 4.6.
macro_rules! wants_second_factor {
    (before, $column:literal) => {
        "false"
    };
    ($since_46:ident, $column:literal) => {
        concat!("coalesce(", $column, ", false)")
    };
}
pub(crate) use wants_second_factor;
