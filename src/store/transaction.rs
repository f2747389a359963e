//! A transaction on either engine: what is done in one is an ordinary function, typed for itself.

use super::Driver;
use sqlx::{Postgres, Sqlite};

/// A transaction; rolled back where it is dropped.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Runs the same statement within a transaction of either engine.
macro_rules! within {
    ($tx:expr, $connection:ident => $statement:expr) => {
        match $tx {
            $crate::store::transaction::Transaction::Sqlite(tx) => {
                let $connection = &mut **tx;
                $statement
            }
            $crate::store::transaction::Transaction::Postgres(tx) => {
                let $connection = &mut **tx;
                $statement
            }
        }
    };
}
pub(crate) use within;

/// Leaves everything as it was, and answers: what was locked is free before the answer is there. A transaction that is only
/// dropped is rolled back a little later, and who looks for work meanwhile takes the row for one that somebody writes, and
/// passes it by ([`super::claims::Leases`]).
macro_rules! unchanged {
    ($tx:ident, $answer:expr) => {{
        $tx.rollback().await?;
        return Ok($answer);
    }};
}
pub(super) use unchanged;

impl Driver {
    /// One that writes. On SQLite it waits for whoever writes at its beginning, not in its middle, where it would be refused.
    pub(crate) async fn begin_writing(&self) -> sqlx::Result<Transaction> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// One that reads everything as it is at one instant; in WAL every transaction of SQLite's does.
    pub(crate) async fn begin_reading(&self) -> sqlx::Result<Transaction> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin().await?),
            Self::Postgres(pool) => {
                Transaction::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        })
    }
}

impl Transaction {
    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
    }
}
