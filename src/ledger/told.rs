//! What one process has found about the record is told to all that share its store: what stops actions in one stops them in each,
//! and is said on its pages, within one look; and so is it gone again.
//!
//! A row is believed by its code alone. Whoever takes rows away keeps nobody from finding the same by themselves.

use super::{
    append::Writer,
    head::{Found, Inner},
};
use crate::{
    clock::{MINUTE, Timestamp},
    seal::Keys,
    store::{
        Store, each, on,
        transaction::{Transaction, within},
    },
};

/// What is looked at anew every half minute is believed for so long.
const LASTS: i64 = 2 * MINUTE;
/// So much of what was found is told.
const LONGEST: usize = 500;

/// What there is to find, each by what it is kept under.
const SORTS: [&str; 3] = ["foreign", "head", "entries"];

/// What another process found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Told {
    process: String,
    sort: String,
    /// The number of the store's id that it was found under.
    number: i64,
    pub what: String,
    behind: i64,
    until: i64,
    mac: String,
}

impl Told {
    /// Whether the store was found to be an older copy.
    pub fn is_behind(&self) -> bool {
        self.behind != 0
    }

    fn code(&self, keys: &Keys) -> String {
        let Self { process, sort, number, what, behind, until, mac: _ } = self;
        let fields = serde_json::json!([process, sort, number, what, behind, until]);
        keys.hash("ledger found", fields.to_string().as_bytes())
    }
}

/// Those of the other processes that hold at a moment, and under the id that the store has.
const READ: &str = "select process, sort, number, what, behind, until, mac from ledger_found where process <> $1 \
    and until > $2 and number >= (select coalesce(max(number), 0) from ledger_origins) order by process, sort limit 100";
const TELL: &str = "insert into ledger_found (process, sort, number, what, behind, until, mac) values ($1, $2, $3, $4, $5, $6, $7) \
    on conflict (process, sort) do update set number = excluded.number, what = excluded.what, behind = excluded.behind, \
    until = excluded.until, mac = excluded.mac";
const TAKE_BACK: &str = "delete from ledger_found where process = $1 and sort = $2";
const OVER: &str =
    "delete from ledger_found where until <= $1 or number < (select coalesce(max(number), 0) from ledger_origins)";

/// What the other processes say, read along with a look of this one's.
pub(super) async fn read(tx: &mut Transaction, keys: &Keys, process: &str, now: Timestamp) -> sqlx::Result<Vec<Told>> {
    let rows = within!(tx, c => each!(Told, sqlx::query(READ).bind(process).bind(now.0), c));
    // One that cannot be read tells nothing, and keeps nobody from writing an entry.
    let rows = rows.into_iter().filter_map(|row| {
        row.inspect_err(|error| tracing::error!(%error, "ledger.told: a row of ledger_found can't be read")).ok()
    });
    Ok(rows.filter(|row| row.mac == row.code(keys)).collect())
}

/// What this process has to tell of a sort.
fn own(inner: &Inner, process: &str, sort: &str, now: Timestamp) -> Option<Told> {
    let told = |number: i64, what: &str, behind: bool, until: i64| Told {
        process: process.to_owned(),
        sort: sort.to_owned(),
        number,
        what: what.chars().take(LONGEST).collect(),
        behind: i64::from(behind),
        until,
        mac: String::new(),
    };
    let found = inner.contradiction.as_ref();
    match sort {
        // Under whatever id: it is there as long as it is.
        "foreign" => inner.foreign.as_ref().map(|what| told(i64::MAX, what, false, now.plus(LASTS).0)),
        "head" => found
            .filter(|found| found.by_head)
            .map(|found| told(found.number, &found.what.what, found.what.behind, now.plus(LASTS).0)),
        _ => found
            .filter(|found| !found.by_head)
            .map(|found| told(found.number, &found.what.what, found.what.behind, i64::MAX)),
    }
}

/// Tells what this process finds now, and takes back what it finds no more. Where nothing is to be told the store is not asked.
pub(super) async fn tell(store: &Store, keys: &Keys, found: &Found, process: &str, now: Timestamp) -> sqlx::Result<()> {
    for sort in SORTS {
        let (mine, before) = {
            let mut inner = found.lock();
            let mine = own(&inner, process, sort, now);
            let before = if mine.is_some() { inner.tells.insert(sort) } else { inner.tells.contains(sort) };
            (mine, before)
        };
        match mine {
            Some(told) => {
                let mac = told.code(keys);
                on!(store, pool => sqlx::query(TELL)
                    .bind(&told.process).bind(&told.sort).bind(told.number).bind(&told.what).bind(told.behind)
                    .bind(told.until).bind(&mac).execute(pool).await.map(|_| ()))?;
            }
            None if before => {
                on!(store, pool => sqlx::query(TAKE_BACK).bind(process).bind(sort).execute(pool).await.map(|_| ()))?;
                on!(store, pool => sqlx::query(OVER).bind(now.0).execute(pool).await.map(|_| ()))?;
                found.lock().tells.remove(sort);
            }
            None => {}
        }
    }
    Ok(())
}

impl Writer {
    /// Tells the others what was found here.
    pub async fn tell(&self) {
        let told = tell(&self.store, &self.keys, &self.found, &self.process, self.clock.now()).await;
        if let Err(error) = told {
            // The next look tells it.
            tracing::error!(%error, "ledger.tell");
        }
    }
}
