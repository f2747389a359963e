//! Who keeps the store's rows and tables waiting, told to whoever runs the console.

use super::{Driver, Store, foreign::APART, has_code};
use sqlx::{Connection, PgConnection};
use std::{error::Error, time::Duration};
use tokio::{sync::Notify, time::timeout};

/// Whose connections hold a lock on one of the console's tables for longer than a transaction of the console's takes, as far as
/// PostgreSQL tells this role of others: the one that holds the row is among them.
const HOLDERS: &str = "select a.pid, coalesce(a.usename::text, ''), coalesce(host(a.client_addr), 'a socket'), \
    coalesce(extract(epoch from clock_timestamp() - a.xact_start)::bigint, -1) from pg_stat_activity a \
    where a.pid <> pg_backend_pid() and coalesce(a.xact_start < clock_timestamp() - interval '4 seconds', true) \
    and exists (select from pg_locks l join pg_class c on c.oid = l.relation join pg_database d on d.oid = l.database \
    where l.pid = a.pid and l.granted and d.datname = current_database() and c.relkind = 'r' and c.oid >= 16384) \
    order by a.xact_start nulls last limit 5";
/// Whose connection keeps a start waiting: the two halves of the number that is locked.
const STARTERS: &str = "select a.pid, coalesce(a.usename::text, ''), coalesce(host(a.client_addr), 'a socket'), \
    coalesce(extract(epoch from clock_timestamp() - a.backend_start)::bigint, -1) from pg_stat_activity a \
    join pg_locks l on l.pid = a.pid join pg_database d on d.oid = l.database \
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and d.datname = current_database() \
    and (l.classid::bigint << 32) | l.objid::bigint = hashtext('howdah starts')::bigint limit 5";

/// Something of a store was waited for in vain since it was last named who holds it.
static IN_VAIN: Notify = Notify::const_new();
/// Within this a connection of one's own is had, or nobody is named.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether it was waited in vain for a lock that somebody else holds (`lock_not_available` in PostgreSQL’s list of error codes).
pub(super) fn is_held(error: &(dyn Error + 'static)) -> bool {
    has_code(error, "55P03")
}

/// Tells [`Store::name_holders`] of an error, if that is what it came of: a lock that somebody holds, or no connection that is
/// free because all of them wait for one.
pub(crate) fn note(error: &(dyn Error + 'static)) {
    let none_is_free = matches!(error.downcast_ref::<sqlx::Error>(), Some(sqlx::Error::PoolTimedOut));
    if none_is_free || is_held(error) {
        IN_VAIN.notify_one();
    }
}

/// Comes back when something was waited for in vain.
pub async fn waited_in_vain() {
    IN_VAIN.notified().await;
}

/// What an error of the store says, to whoever reads the record: not in the driver's words where somebody else's lock is why.
pub(crate) fn told(error: &sqlx::Error) -> String {
    note(error);
    match is_held(error) {
        true => "another connection to the console’s own database held it for more than five seconds".to_owned(),
        false => error.to_string(),
    }
}

/// A connection: its process, whose and from where it is, and for how many seconds.
type Holder = (i32, String, String, i64);

impl Store {
    /// Who keeps a start waiting, for whoever waits in vain.
    pub(super) async fn starters(&self) -> String {
        let found = self.ask_apart(STARTERS).await;
        let found = found.inspect_err(|error| tracing::error!(%error, "store.starters")).unwrap_or_default();
        let one = |(process, role, from, seconds): Holder| {
            format!(
                " It is connection {process} of {role} from {from}, {seconds} seconds old: `select pg_terminate_backend({process})` ends it."
            )
        };
        found.into_iter().map(one).collect()
    }

    /// Names in the log who may hold what is waited for in vain; how many.
    ///
    /// # Errors
    /// If no connection is had, or the server does not say.
    pub async fn name_holders(&self) -> sqlx::Result<usize> {
        let found = self.ask_apart(HOLDERS).await?;
        for (process, role, from, seconds) in &found {
            tracing::error!(
                process,
                role,
                from,
                seconds,
                "store.held: this connection may hold it; `select pg_terminate_backend(PROCESS)` ends it"
            );
        }
        Ok(found.len())
    }

    /// Asks in a connection of its own, as those of the pool may all be waiting.
    async fn ask_apart(&self, what: &'static str) -> sqlx::Result<Vec<Holder>> {
        let Driver::Postgres(pool) = &self.driver else { return Ok(Vec::new()) };
        let asked = async {
            let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
            let mut tx = connection.begin().await?;
            sqlx::query(APART).execute(&mut *tx).await?;
            let found = sqlx::query_as(what).fetch_all(&mut *tx).await?;
            tx.rollback().await?;
            connection.close().await?;
            Ok::<_, sqlx::Error>(found)
        };
        timeout(PATIENCE, asked).await.map_err(|_| sqlx::Error::PoolTimedOut)?
    }
}
