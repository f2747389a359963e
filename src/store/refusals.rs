//! What is remembered of people who were refused, because Mastodon deletes them at once: keyed hashes, and the entry of the
//! record that says who refused them, when and why. Nothing of it can be read back.

use super::{Store, on};
use crate::{
    clock::{DAY, Timestamp},
    id::InstanceName,
};

/// How long a refusal is remembered.
pub const REMEMBERED: i64 = 180 * DAY;

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Refusal {
    /// The entry of the deed in the ledger.
    pub intent: i64,
    pub mail: String,
    pub address: Option<String>,
    /// The words they gave, as far as they say anything.
    pub words: Option<String>,
    pub at: Timestamp,
}

/// Remembers a refusal; a second time is the same.
pub async fn remember(store: &Store, instance: &InstanceName, refusal: &Refusal) -> sqlx::Result<()> {
    const SQL: &str = "insert into refusals (instance, intent, mail, address, words, at, until) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (instance, intent) do nothing";
    on!(store, pool => sqlx::query(SQL)
        .bind(instance.as_str()).bind(refusal.intent).bind(&refusal.mail).bind(&refusal.address).bind(&refusal.words)
        .bind(refusal.at.0).bind(refusal.at.plus(REMEMBERED).0)
        .execute(pool).await.map(|_| ()))
}

/// The newest refusals that are still remembered.
pub async fn list(store: &Store, instance: &InstanceName, now: Timestamp) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = "select intent, mail, address, words, at from refusals where instance = $1 and until > $2 \
        order by at desc, intent desc limit 20000";
    on!(store, pool => sqlx::query_as(SQL).bind(instance.as_str()).bind(now).fetch_all(pool).await)
}

pub async fn delete_expired(store: &Store, now: Timestamp) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from refusals where until <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}
