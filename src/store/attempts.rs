//! How often something is done: counted in the store, by keyed hash, before the work that it limits. So it holds for many at
//! once, and for several processes.

use super::{Store, on};
use crate::clock::{LARGEST_SKEW, MINUTE, SECOND, Timestamp};
use std::time::Duration;
use tokio::{sync::SemaphorePermit, time::timeout};

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So often from the first time on; anew when so many milliseconds have passed since then.
    Within { window: i64, most: i64 },
    /// The same of something that is done `number` at once: all of them are taken, or none.
    Among { window: i64, most: i64, number: i64 },
    /// So many at the same time. One that nobody gives back, because its process ended, is free again after [`LEFT`].
    AtOnce(i64),
    /// Whenever one likes, but after a wait that grows with every one that is not given back, to a minute. Forgotten after a
    /// quarter of an hour without one: nobody is locked out for good.
    Slower,
}

/// How long one of those at the same time holds its place at most.
const LEFT: i64 = 30 * SECOND;
const FORGOTTEN_AFTER: i64 = 15 * MINUTE;
/// Whoever finds no place to count within this is told that the store does not answer.
const FOR_A_PLACE: Duration = Duration::from_millis(1_500);

/// One reservation. What was reserved counts until it is given back, or until its time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what was reserved counts until it is given back"]
pub struct Reserved {
    key: String,
    /// When the counting began that this is part of.
    began: i64,
    /// How many this one took.
    taken: i64,
    /// How many count now, with this one.
    pub count: i64,
}

/// There is no more to reserve: so many milliseconds until there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub i64);

impl Wait {
    /// In seconds, for a sentence.
    pub fn seconds(self) -> i64 {
        (self.0 + SECOND - 1).max(SECOND) / SECOND
    }
}

/// One place of a limit, taken in one statement: of many at once exactly as many get one as there are.
pub async fn reserve(store: &Store, key: &str, limit: Limit, now: Timestamp) -> sqlx::Result<Result<Reserved, Wait>> {
    let _place = place(store).await?;
    // What counts for longer than anything can was counted by a clock that has been set back since.
    let never = |counts: i64| now.plus(counts + LARGEST_SKEW).0;
    const TAKE: &str = "insert into attempts (key_hash, failures, first_at, last_at, expires_at) \
        values ($1, $7, $2, $2, $3) on conflict (key_hash) do update set \
        failures = case when attempts.expires_at between $2 + 1 and $6 then attempts.failures + $7 else $7 end, \
        first_at = case when attempts.expires_at between $2 + 1 and $6 then attempts.first_at else $2 end, \
        last_at = $2, \
        expires_at = case when attempts.expires_at between $2 + 1 and $6 and not $5 then attempts.expires_at else $3 end \
        where attempts.expires_at not between $2 + 1 and $6 or attempts.failures + $7 <= $4 \
        returning cast(first_at as bigint), cast(failures as bigint)";
    const TAKE_SLOWER: &str = "insert into attempts (key_hash, failures, first_at, last_at, expires_at) \
        values ($1, 1, $2, $2, $3) on conflict (key_hash) do update set \
        failures = case when attempts.expires_at between $2 + 1 and $4 then attempts.failures + 1 else 1 end, \
        first_at = case when attempts.expires_at between $2 + 1 and $4 then attempts.first_at else $2 end, \
        last_at = $2, \
        expires_at = $3, \
        next_at = case when attempts.expires_at not between $2 + 1 and $4 or attempts.failures < 4 then $2 \
            when attempts.failures < 7 then $2 + 5000 when attempts.failures < 11 then $2 + 20000 else $2 + 60000 end \
        where attempts.expires_at not between $2 + 1 and $4 or attempts.next_at <= $2 \
        returning cast(first_at as bigint), cast(failures as bigint)";
    const WHEN: &str = "select cast(expires_at as bigint), cast(next_at as bigint) from attempts where key_hash = $1";
    let number = if let Limit::Among { number, .. } = limit { number } else { 1 };
    let taken: Option<(i64, i64)> = match limit {
        Limit::Within { window, most } | Limit::Among { window, most, .. } => {
            on!(store, pool => sqlx::query_as(TAKE)
                .bind(key).bind(now.0).bind(now.plus(window).0).bind(most).bind(false)
                .bind(never(window)).bind(number).fetch_optional(pool).await?)
        }
        Limit::AtOnce(most) => {
            on!(store, pool => sqlx::query_as(TAKE)
                .bind(key).bind(now.0).bind(now.plus(LEFT).0).bind(most).bind(true)
                .bind(never(LEFT)).bind(number).fetch_optional(pool).await?)
        }
        Limit::Slower => {
            on!(store, pool => sqlx::query_as(TAKE_SLOWER)
                .bind(key).bind(now.0).bind(now.plus(FORGOTTEN_AFTER).0)
                .bind(never(FORGOTTEN_AFTER)).fetch_optional(pool).await?)
        }
    };
    if let Some((began, count)) = taken {
        return Ok(Ok(Reserved { key: key.to_owned(), began, taken: number, count }));
    }
    let when: Option<(i64, i64)> = on!(store, pool => sqlx::query_as(WHEN).bind(key).fetch_optional(pool).await?);
    let free_at = when.map_or(now.0, |(expires, next)| if limit == Limit::Slower { next } else { expires });
    Ok(Err(Wait(Timestamp(free_at).since(now).max(0))))
}

impl Reserved {
    /// Gives back what this reservation took, and nothing of what others took; what has begun anew meanwhile stays.
    pub async fn give_back(self, store: &Store) -> sqlx::Result<()> {
        const SQL: &str = "update attempts set failures = failures - $3, next_at = 0 \
            where key_hash = $1 and first_at = $2 and failures >= $3";
        let _place = place(store).await?;
        on!(store, pool => sqlx::query(SQL).bind(&self.key).bind(self.began).bind(self.taken).execute(pool).await.map(|_| ()))
    }
}

/// A place to count: whoever keeps the table locked keeps no more connections waiting than there are places.
async fn place(store: &Store) -> sqlx::Result<SemaphorePermit<'_>> {
    let place = timeout(FOR_A_PLACE, store.counting.acquire()).await.map_err(|_| sqlx::Error::PoolTimedOut)?;
    place.map_err(|_| sqlx::Error::PoolClosed)
}

/// Forgets what counts no more.
pub async fn delete_expired(store: &Store, now: Timestamp) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from attempts where expires_at <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}
