//! The data keys that seal what concerns one subject: kept wrapped, and destroyable without breaking the tree.

use super::{
    Answer, Answered, Deed, Ledger, LedgerError, Outcome, Step, Warrant,
    tree::{from_hex, leaf_hash},
};
use crate::{
    clock::{DAY, Timestamp},
    seal::{self, Keys, hex},
    store::{Driver, Found, on, rights::DESTROYING},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A subject gets a new key after so long, so that old ones can be destroyed.
const QUARTER: i64 = 90 * DAY;

enum Key {
    Whole([u8; 32]),
    /// As an entry under the sealed head says.
    Destroyed,
    /// It is there and does not open.
    Damaged,
    /// It is not there, and no entry says that it was destroyed.
    Missing,
}

/// Whether a wrapped data key is one.
pub(super) fn opens(keys: &Keys, id: &str, wrapped: &str) -> bool {
    keys.open_text("ledger key", id, wrapped).and_then(|text| from_hex(&text)).is_some()
}

/// What a sealed text turned out to be.
pub(super) enum Opened {
    Text(Value),
    /// As an entry under the sealed head says.
    Destroyed,
    /// The key is there and does not open it, or does not open itself.
    Damaged,
    /// The key is not there, and no entry says that it was destroyed: somebody took it away, and may put it back.
    Missing,
}

fn opened_with(key: Key, id: &str, sealed: &str) -> Opened {
    let key = match key {
        Key::Whole(key) => key,
        Key::Damaged => return Opened::Damaged,
        Key::Destroyed => return Opened::Destroyed,
        Key::Missing => return Opened::Missing,
    };
    let document = seal::open(&key, id, sealed).and_then(|text| serde_json::from_str(&text).ok());
    document.map_or(Opened::Damaged, Opened::Text)
}

fn is_about(key: &str, subject: &str) -> bool {
    key.strip_prefix(subject).is_some_and(|rest| rest.starts_with(':'))
}

/// The keys that entries say were destroyed, as far as this process has read them.
#[derive(Clone, Debug, Default)]
pub(super) struct Destroyed(Arc<Mutex<Gone>>);

#[derive(Debug)]
struct Gone {
    /// The newest entry that was read, -1 before the first, and whether they were read to the end once.
    upto: i64,
    all: bool,
    /// The beginnings of the digests of their names: there may be a million.
    keys: HashSet<u64>,
    /// Those that were there all the same: each is named once.
    returned: HashSet<u64>,
}

impl Default for Gone {
    fn default() -> Self {
        Self { upto: -1, all: false, keys: HashSet::new(), returned: HashSet::new() }
    }
}

/// So many entries are read at once.
const AT_ONCE: i64 = 200;

fn short(id: &str) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(8).fold(0, |short, byte| (short << 8) | u64::from(*byte))
}

impl Destroyed {
    fn lock(&self) -> MutexGuard<'_, Gone> {
        // A set of numbers is whole after every panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one that is not there is.
    fn gone(&self, id: &str) -> Key {
        if self.lock().keys.contains(&short(id)) { Key::Destroyed } else { Key::Missing }
    }

    /// Whether one of that name was destroyed, which is there: that is named in the log.
    fn has(&self, id: &str) -> bool {
        let mut gone = self.lock();
        if gone.keys.is_empty() {
            return false;
        }
        let short = short(id);
        let has = gone.keys.contains(&short);
        if has && gone.returned.insert(short) {
            tracing::error!(key = id, "words.key_returned");
        }
        has
    }
}

/// Some keys by their names: on SQLite these are one document, on PostgreSQL one array.
const KEYS_NAMED: [&str; 2] = [
    "select id, wrapped from ledger_keys where id in (select value from json_each($1))",
    "select id, wrapped from ledger_keys where id = any($1)",
];

/// What destroyed words, with what came of it, in the order of the entries.
const DESTRUCTIONS: &str = "select e.idx, e.leaf, o.idx, o.leaf from ledger_entries e left join ledger_entries o on o.intent = e.idx \
    where e.deed = $1 and e.kind = 'intent' and e.idx > $2 order by e.idx limit $3";

/// An intent and, where there is one, its outcome.
type Destruction = (i64, String, Option<i64>, Option<String>);

fn parsed(index: i64, leaf: &str) -> Result<Value, LedgerError> {
    serde_json::from_str(leaf).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))
}

/// Whether an outcome says that nothing was destroyed.
fn spared(outcome: &Value, intent: i64) -> bool {
    let came_to = outcome["outcome"].as_str().and_then(Outcome::parse);
    outcome["intent"] == intent && matches!(came_to, Some(Outcome::Failed | Outcome::Stale | Outcome::Refused))
}

impl Ledger {
    /// Reads which keys entries say were destroyed, as far as it is not known yet: a key that somebody put back opens nothing. The
    /// sealed head says which is the newest such entry; those of former versions it does not know are read once.
    pub(super) async fn know_destroyed(&self) -> Result<(), LedgerError> {
        let newest = self.store.newest_destruction().await?.unwrap_or(-1);
        loop {
            let after = {
                let gone = self.destroyed.lock();
                if gone.all && gone.upto >= newest {
                    return Ok(());
                }
                gone.upto
            };
            let rows: Vec<Destruction> = on!(&self.store, pool => sqlx::query_as(DESTRUCTIONS)
                .bind(DESTROYING).bind(after).bind(AT_ONCE).fetch_all(pool).await?);
            let (last, more) = (rows.last().map(|(index, ..)| *index), i64::try_from(rows.len()) == Ok(AT_ONCE));
            let found = self.destroyed_by(rows).await?;
            let mut gone = self.destroyed.lock();
            gone.keys.extend(found);
            gone.upto = gone.upto.max(last.unwrap_or(-1));
            gone.all |= !more;
            if !more && gone.upto < newest {
                let what = format!("entry {newest}, which destroyed words, is not found as such");
                return Err(LedgerError::Entry(what));
            }
        }
    }

    /// The keys that some of these destroyed, or may have: where it is not known what came of one, it counts. All of it is believed
    /// under the sealed head alone: neither is a key spared nor one counted as destroyed by what somebody wrote there.
    async fn destroyed_by(&self, rows: Vec<Destruction>) -> Result<HashSet<u64>, LedgerError> {
        if rows.is_empty() {
            return Ok(HashSet::new());
        }
        let intents = rows.iter().map(|(index, leaf, ..)| (*index, leaf_hash(leaf.as_bytes())));
        let outcomes =
            rows.iter().filter_map(|(.., closed, outcome)| Some(((*closed)?, leaf_hash(outcome.as_ref()?.as_bytes()))));
        self.all_appended(intents.chain(outcomes).collect()).await?;
        let mut found = HashSet::new();
        for (index, leaf, _, outcome) in rows {
            let outcome = outcome.as_deref().map(|outcome| parsed(index, outcome)).transpose()?;
            if outcome.is_some_and(|outcome| spared(&outcome, index)) {
                continue;
            }
            let leaf = parsed(index, &leaf)?;
            let keys = leaf["facts"]["keys"].as_array().into_iter().flatten();
            found.extend(keys.filter_map(Value::as_str).map(short));
        }
        Ok(found)
    }

    async fn key(&self, id: &str) -> Result<Key, LedgerError> {
        const READ: &str = "select wrapped from ledger_keys where id = $1";
        let found = on!(&self.store, pool => sqlx::query_as(READ).bind(id).fetch_optional(pool).await?);
        let there = found.is_some();
        let found: Option<(Option<String>,)> = self.store.read_one(found);
        self.know_destroyed().await?;
        Ok(match found {
            None if there => Key::Damaged,
            None | Some((None,)) => self.destroyed.gone(id),
            Some((Some(wrapped),)) => self.unwrapped(id, &wrapped),
        })
    }

    /// The key to seal with, and its name. Where the quarter's key was destroyed, the next one takes its place; where it was
    /// altered as well, so that no row of the store keeps anybody from being acted upon. A verification names that one.
    async fn sealing_key(&self, subject: &str, at: Timestamp) -> Result<(String, [u8; 32]), LedgerError> {
        // A key that was taken away must be missed: another under its name would hide that.
        const NAMED: &str = "select count(*) from ledger_entries where subject = $1 and leaf like $2";
        const MAKE: &str = "insert into ledger_keys (id, wrapped) values ($1, $2) on conflict (id) do update \
            set wrapped = excluded.wrapped where ledger_keys.wrapped is null";
        let quarter = at.0.div_euclid(QUARTER);
        let mut destroyed = 0u32;
        loop {
            let id = if destroyed == 0 {
                format!("{subject}:{quarter}")
            } else {
                format!("{subject}:{quarter}:{destroyed}")
            };
            match self.key(&id).await? {
                Key::Whole(key) => return Ok((id, key)),
                Key::Destroyed => destroyed = destroyed.wrapping_add(1),
                Key::Damaged => {
                    tracing::error!(
                        key = id,
                        "words.key_damaged: a data key does not open; is `secret_key` the right one?"
                    );
                    // Nobody can have altered what is made for this entry; of a number that follows they could.
                    destroyed = crate::seal::random();
                }
                Key::Missing => {
                    let named = format!("%\"key\":\"{id}\"%");
                    let gone: i64 = on!(&self.store, pool => sqlx::query_scalar(NAMED)
                        .bind(subject).bind(named).fetch_one(pool).await?);
                    if gone > 0 {
                        destroyed = destroyed.wrapping_add(1);
                        continue;
                    }
                    let key: [u8; 32] = crate::seal::random();
                    let wrapped = self
                        .keys
                        .seal_text("ledger key", &id, &hex(&key))
                        .map_err(|error| LedgerError::Entry(error.to_string()))?;
                    // Whoever came first has made the key; the next turn reads it.
                    on!(&self.store, pool => sqlx::query(MAKE).bind(&id).bind(wrapped).execute(pool).await?.rows_affected());
                }
            }
        }
    }

    /// Seals a document about a subject: the name of the key, and the sealed text.
    pub(super) async fn seal(
        &self,
        subject: &str,
        at: Timestamp,
        value: &Value,
    ) -> Result<(String, String), LedgerError> {
        let (id, key) = self.sealing_key(subject, at).await?;
        let sealed =
            seal::seal(&key, &id, &value.to_string()).map_err(|error| LedgerError::Entry(error.to_string()))?;
        Ok((id, sealed))
    }

    pub(super) async fn unseal(&self, id: &str, sealed: &str) -> Result<Opened, LedgerError> {
        Ok(opened_with(self.key(id).await?, id, sealed))
    }

    /// What was sealed under each of some keys, in their order. The keys are read in one statement: a list has one for each line.
    pub(super) async fn unseal_all(&self, sealed: &[(&str, &str)]) -> Result<Vec<Opened>, LedgerError> {
        let names: BTreeSet<&str> = sealed.iter().map(|(id, _)| *id).collect();
        let there = self.keys_there(names.into_iter().collect()).await?;
        self.know_destroyed().await?;
        let mut opened = Vec::with_capacity(sealed.len());
        for (id, text) in sealed {
            opened.push(match there.get(*id) {
                Some(wrapped) => self.unseal_with(wrapped.as_deref(), id, text),
                // It is not there, or what stands there is no key: which of the two is found by its name alone.
                None => self.unseal(id, text).await?,
            });
        }
        Ok(opened)
    }

    /// Those of some data keys whose rows can be read, by their names: wrapped, or `None` where they were destroyed.
    async fn keys_there(&self, names: Vec<&str>) -> Result<HashMap<String, Option<String>>, LedgerError> {
        let [sqlite, postgres] = KEYS_NAMED;
        let rows: Vec<Found<(String, Option<String>)>> = match &self.store.driver {
            _ if names.is_empty() => Vec::new(),
            Driver::Sqlite(pool) => sqlx::query_as(sqlite).bind(Value::from(names).to_string()).fetch_all(pool).await?,
            Driver::Postgres(pool) => sqlx::query_as(postgres).bind(names).fetch_all(pool).await?,
        };
        Ok(self.store.read(rows).into_iter().collect())
    }

    /// The same with a key that was read along with what it seals; `None` for one that is not there any more. What was destroyed
    /// must be known by then ([`Self::know_destroyed`]).
    pub(super) fn unseal_with(&self, wrapped: Option<&str>, id: &str, sealed: &str) -> Opened {
        let key = wrapped.map_or_else(|| self.destroyed.gone(id), |wrapped| self.unwrapped(id, wrapped));
        opened_with(key, id, sealed)
    }

    fn unwrapped(&self, id: &str, wrapped: &str) -> Key {
        if self.destroyed.has(id) {
            return Key::Destroyed;
        }
        let key = self.keys.open_text("ledger key", id, wrapped).and_then(|text| from_hex(&text));
        key.map_or(Key::Damaged, Key::Whole)
    }

    /// The data keys that seal what concerns a subject (its keyed hash), as far as they are there.
    pub async fn keys_of(&self, subject: &str) -> Result<Vec<String>, LedgerError> {
        const SQL: &str = "select id from ledger_keys where id like $1 and wrapped is not null order by id";
        // A hash in hex: nothing in it means anything to `like`.
        let beginning = format!("{subject}:%");
        Ok(on!(&self.store, pool => sqlx::query_scalar(SQL).bind(beginning).fetch_all(pool).await?))
    }

    /// The data keys that entries say were sealed with about a subject, and that no entry says were destroyed: whether they are
    /// there or not. What the entries say is believed after all of them were hashed against the head.
    ///
    /// # Errors
    /// The store's, or that the record is not whole.
    pub async fn keys_named(&self, subject: &str) -> Result<BTreeSet<String>, LedgerError> {
        const SQL: &str = "select leaf from ledger_entries where leaf like $1";
        self.hashed().await?;
        // A hash in hex: nothing in it means anything to `like`.
        let like = format!("%{subject}:%");
        let leaves: Vec<String> = on!(&self.store, pool => sqlx::query_scalar(SQL).bind(like).fetch_all(pool).await?);
        let (mut named, mut destroyed) = (BTreeSet::new(), BTreeSet::new());
        for leaf in leaves {
            let leaf: Value = serde_json::from_str(&leaf).map_err(|error| LedgerError::Entry(error.to_string()))?;
            named.extend(leaf["key"].as_str().filter(|key| is_about(key, subject)).map(str::to_owned));
            if leaf["deed"] == DESTROYING && leaf["kind"] == "intent" {
                let keys = leaf["facts"]["keys"].as_array().into_iter().flatten();
                destroyed.extend(keys.filter_map(Value::as_str).map(str::to_owned));
            }
        }
        Ok(named.difference(&destroyed).cloned().collect())
    }

    /// Data keys whose last day is before an instant, as far as they are there: so many at most.
    pub async fn keys_older(&self, than: Timestamp, most: usize) -> Result<Vec<String>, LedgerError> {
        const SQL: &str = "select id from ledger_keys where wrapped is not null and id > $1 order by id limit 2000";
        let mut found: Vec<String> = Vec::new();
        let mut last = String::new();
        loop {
            let ids: Vec<String> = on!(&self.store, pool => sqlx::query_scalar(SQL).bind(&last).fetch_all(pool).await?);
            let Some(end) = ids.last().cloned() else { break };
            last = end;
            let over = |id: &String| {
                let quarter: Option<i64> = id.split(':').nth(1).and_then(|quarter| quarter.parse().ok());
                quarter.is_some_and(|quarter| (quarter + 1).saturating_mul(QUARTER) <= than.0)
            };
            found.extend(ids.into_iter().filter(over));
            if found.len() >= most {
                found.truncate(most);
                break;
            }
        }
        Ok(found)
    }

    /// Destroys the clear text of what was sealed under the keys that the warrant is for, as its deed names them; the tree stays
    /// whole.
    pub async fn destroy_words<D: Deed>(&self, warrant: Warrant<D>, keys: fn(&D) -> &[String]) -> Answered<D> {
        let mut steps = Vec::new();
        for id in keys(warrant.deed()) {
            let answer = match self.destroy_key(id).await {
                Ok(true) => {
                    self.destroyed.lock().keys.insert(short(id));
                    Answer::Accepted { body: Value::Null }
                }
                Ok(false) => Answer::NotSent { why: "the key is no longer there".to_owned() },
                Err(error) => Answer::NotSent { why: error.to_string() },
            };
            steps.push(Step { what: "destroy a data key".to_owned(), answer });
        }
        if let Driver::Sqlite(pool) = &self.store.driver {
            // The log of writes must not keep what the table has lost.
            if let Err(error) = sqlx::query("pragma wal_checkpoint(truncate)").execute(pool).await {
                tracing::error!(%error, "words.destroyed");
            }
        }
        warrant.answered(steps)
    }

    /// False where there was nothing to destroy.
    async fn destroy_key(&self, id: &str) -> Result<bool, LedgerError> {
        const SQL: &str = "update ledger_keys set wrapped = null where id = $1 and wrapped is not null";
        let destroyed = on!(&self.store, pool => sqlx::query(SQL).bind(id).execute(pool).await?.rows_affected());
        Ok(destroyed == 1)
    }
}
