//! Deeds that were sent and not seen to have happened: which are looked for again, and when. The ledger puts them down with the outcome;
//! what they came to is in its leaves alone.

use super::{
    Store,
    claims::{Tries, never},
    on,
};
use crate::clock::{DAY, HOUR, MINUTE, Timestamp};

/// For so long it is looked for what a deed may have left after all.
pub const LOOKED_FOR: i64 = DAY;
/// So many are looked for at once.
const AT_ONCE: i64 = 50;

/// The newest rows of an instance at some time: of its log, and its strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    pub log: i64,
    pub strike: i64,
}

/// A deed that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The entry of its intent.
    pub intent: i64,
    pub since: Timestamp,
    tries: i64,
    /// The newest deed about the same that was taken into account.
    pub after: i64,
    /// Rows that are not newer are no trace of it, where another deed about the same was done since.
    pub newest: Newest,
    /// Whether a part of it was seen to have happened after all.
    pub in_part: bool,
}

type Row = (i64, i64, i64, i64, i64, i64, Option<i64>);

/// How long until the next look: what comes late comes soon after, or when a queue has been worked off.
fn pause(looked_for: i64) -> i64 {
    match looked_for {
        so_long if so_long < 10 * MINUTE => MINUTE,
        so_long if so_long < 2 * HOUR => 5 * MINUTE,
        _ => 30 * MINUTE,
    }
}

const LOOKS: Tries =
    Tries { table: "sought", key: "cast(intent as text)", at: "next_at", untaken: "tries = $3 and over = 0" };

/// What is to be looked for now: also what was put off by a clock that has been set back since.
pub async fn due(store: &Store, now: Timestamp) -> sqlx::Result<Vec<Sought>> {
    const SQL: &str = "select intent, since, tries, after, mark_log, mark_strike, seen from sought \
        where over = 0 and (next_at <= $1 or next_at > $2) order by next_at limit $3";
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(never(now, HOUR)).bind(AT_ONCE).fetch_all(pool).await?));
    let read = |(intent, since, tries, after, log, strike, seen): Row| Sought {
        intent,
        since: Timestamp(since),
        tries,
        after,
        newest: Newest { log, strike },
        in_part: seen.is_some(),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Claims one look: true for one process. After the last one it is over.
pub async fn claim(store: &Store, sought: &Sought, now: Timestamp) -> sqlx::Result<bool> {
    let next = now.plus(pause(now.since(sought.since)));
    LOOKS.take(store, &sought.intent.to_string(), sought.tries, next).await
}

/// Another deed about the same was done since: only what is newer than these rows is a trace.
pub async fn only_after(store: &Store, intent: i64, after: i64, newest: Newest) -> sqlx::Result<()> {
    const SQL: &str = "update sought set after = $2, mark_log = $3, mark_strike = $4 where intent = $1";
    on!(store, pool => sqlx::query(SQL)
        .bind(intent).bind(after).bind(newest.log).bind(newest.strike).execute(pool).await.map(|_| ()))
}

/// It is not looked for any more.
pub async fn end(store: &Store, intent: i64) -> sqlx::Result<()> {
    const SQL: &str = "update sought set over = 1 where intent = $1";
    on!(store, pool => sqlx::query(SQL).bind(intent).execute(pool).await.map(|_| ()))
}
