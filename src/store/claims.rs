//! What one of several processes does at a time: whoever does it has claimed the row it is about, in columns of that row, until
//! a time by the store's clock. A claim that goes further ahead than any does was made by a clock that has been set back since,
//! and has run out.

use super::{Driver, Store, on};
use crate::{
    clock::{LARGEST_SKEW, Timestamp},
    id::InstanceName,
};
use sqlx::AssertSqlSafe;

/// Further ahead no claim goes that is made now for so many milliseconds.
pub fn never(now: Timestamp, longest: i64) -> i64 {
    now.plus(longest + LARGEST_SKEW).0
}

/// Rows that a process is at work on for as long as it says so again (`lease`, `lease_until`). The texts are SQL.
#[derive(Clone, Copy, Debug)]
pub struct Leases {
    pub table: &'static str,
    /// What a row is called, as text.
    pub key: &'static str,
    /// Which rows there is work on; `$1` is the present.
    pub due: &'static str,
    pub order: &'static str,
    /// How long a claim lasts, in milliseconds.
    pub time: i64,
    /// Whether who has claimed a row may claim it once more.
    pub again: bool,
}

impl Leases {
    /// `$1` is the present, `$2` is [`never`], `$3` is who asks, where they may claim once more what is theirs.
    const FREE: &'static str = "(lease_until <= $1 or lease_until > $2 or ($3 <> '' and lease = $3))";

    fn asking<'a>(&self, process: &'a str) -> &'a str {
        if self.again { process } else { "" }
    }

    /// A change of one row, `$4`. One that somebody writes at this moment counts as not there (PostgreSQL): whoever writes may
    /// stand still for long.
    fn change(&self, store: &Store, set: &str, which: &str) -> AssertSqlSafe<String> {
        let Self { table, key, due, .. } = self;
        let unlocked = match store.driver {
            Driver::Sqlite(_) => "",
            Driver::Postgres(_) => " for update skip locked",
        };
        AssertSqlSafe(format!(
            "update {table} set {set} where {key} in \
             (select {key} from {table} where {key} = $4 and {which} and {due}{unlocked})"
        ))
    }

    /// Rows with work that nobody else is at, of an instance or of all.
    pub async fn free(
        &self,
        store: &Store,
        instance: Option<&InstanceName>,
        process: &str,
        now: Timestamp,
    ) -> sqlx::Result<Vec<String>> {
        let Self { table, key, due, order, .. } = self;
        let there = if instance.is_some() { " and instance = $4" } else { "" };
        let free = Self::FREE;
        let sql = format!("select {key} from {table} where {due} and {free}{there} order by {order} limit 100");
        on!(store, pool => {
            let asked = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(now.0).bind(never(now, self.time)).bind(self.asking(process));
            match instance {
                Some(instance) => asked.bind(instance.as_str()).fetch_all(pool).await,
                None => asked.fetch_all(pool).await,
            }
        })
    }

    /// Claims a row: true for one process at a time.
    pub async fn take(&self, store: &Store, key: &str, process: &str, now: Timestamp) -> sqlx::Result<bool> {
        let sql = self.change(store, "lease = $5, lease_until = $1 + $6", Self::FREE);
        let taken = on!(store, pool => sqlx::query(sql)
            .bind(now.0).bind(never(now, self.time)).bind(self.asking(process)).bind(key).bind(process).bind(self.time)
            .execute(pool).await?.rows_affected());
        Ok(taken == 1)
    }

    /// Says that a process is still at work on a row; false if another is by now, or there is no work on it any more.
    pub async fn renew(&self, store: &Store, key: &str, process: &str, now: Timestamp) -> sqlx::Result<bool> {
        let sql = self.change(store, "lease_until = $1 + $2", "lease = $3");
        let renewed = on!(store, pool => sqlx::query(sql)
            .bind(now.0).bind(self.time).bind(process).bind(key).execute(pool).await?.rows_affected());
        Ok(renewed == 1)
    }

    /// Lets a row go: from then on it is anybody's.
    pub async fn give_back(&self, store: &Store, key: &str, process: &str, from: Timestamp) -> sqlx::Result<()> {
        let Self { table, key: called, .. } = self;
        let sql = AssertSqlSafe(format!("update {table} set lease_until = $3 where {called} = $1 and lease = $2"));
        on!(store, pool => sqlx::query(sql).bind(key).bind(process).bind(from.0).execute(pool).await.map(|_| ()))
    }
}

/// Rows that are tried again and again, each try by one process (`tries`). The texts are SQL.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    pub table: &'static str,
    /// What a row is called, as text.
    pub key: &'static str,
    /// The column with the time that the next try depends on.
    pub at: &'static str,
    /// Whether nobody has taken the try yet; `$3` is what it is known by.
    pub untaken: &'static str,
}

impl Tries {
    /// Takes a try, known by `known`, and sets the time: true for one process.
    pub async fn take(&self, store: &Store, key: &str, known: i64, at: Timestamp) -> sqlx::Result<bool> {
        let Self { table, key: called, at: column, untaken } = self;
        let sql = format!("update {table} set tries = tries + 1, {column} = $2 where {called} = $1 and {untaken}");
        let taken = on!(store, pool => sqlx::query(AssertSqlSafe(sql))
            .bind(key).bind(at.0).bind(known).execute(pool).await?.rows_affected());
        Ok(taken == 1)
    }
}
