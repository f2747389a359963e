//! Which entries tell of rights and of sessions, as the leaves themselves say: all of them are hashed once by this process against
//! the sealed head, and from there on what was appended since. What is shown of them is hashed again, so that nobody reads what was
//! altered meanwhile, and none of them is hidden by a column beside it.

use super::{
    Ledger, LedgerError,
    tree::{Frontier, leaf_hash},
};
use crate::{
    seal::hex,
    store::{Driver, on},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// So many entries are hashed while somebody waits for a page.
pub(super) const WHILE_WAITING: i64 = 400;
/// Leaves read at once.
const PAGE: i64 = 2_000;
/// So many entries about sessions are kept in mind: of those before nothing is said.
const MOST_OF_SESSIONS: usize = 100_000;

/// What people, grants and links are followed by.
const OF_RIGHTS: [&str; 11] = [
    "add_operator",
    "change_operator_role",
    "disable_operator",
    "ask_grant",
    "decide_grant",
    "revoke_grant",
    "start_grant",
    "end_grant",
    "link_account",
    "unlink_account",
    "row_resealed",
];
/// What begins and ends sessions, and changes no rights.
const OF_SESSIONS: [&str; 7] =
    ["signed_in", "signed_out", "end_sessions", "change_password", "set_factor", "new_recovery_codes", "reset_sign_in"];
/// What does both.
const OF_BOTH: [&str; 4] = ["disable_operator", "change_operator_role", "link_account", "unlink_account"];

/// One that matters.
#[derive(Clone, Copy, Debug)]
struct Kept {
    at: i64,
    /// Enough of its hash to know it again.
    hash: [u8; 16],
    /// Of an outcome, the intent.
    intent: Option<i64>,
    rights: bool,
    sessions: bool,
}

/// What this process has hashed.
#[derive(Debug, Default)]
pub(super) struct Proven {
    /// The number of the store's id that it was hashed under.
    number: i64,
    tree: Frontier,
    kept: BTreeMap<i64, Kept>,
    of_sessions: usize,
    /// Up to here entries about sessions are not kept any more.
    forgotten: i64,
    /// When the first entry was recorded.
    begins: Option<i64>,
}

/// An entry, as its leaf says, with its outcome.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub index: i64,
    pub text: String,
    pub leaf: Value,
    pub outcome: Option<Value>,
}

/// When a leaf says that it was written.
pub(super) fn written(leaf: &Value) -> i64 {
    leaf["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default()
}

fn short(hash: &[u8; 32]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&hash[..16]);
    short
}

/// The deed of a leaf in its canonical form: no name that comes before it in the order of names holds one.
fn deed_of(leaf: &str) -> Option<&str> {
    leaf.split_once("\"deed\":\"")?.1.split('"').next()
}

impl Proven {
    fn size(&self) -> i64 {
        i64::try_from(self.tree.size()).unwrap_or(i64::MAX)
    }

    fn take(&mut self, index: i64, leaf: &str) {
        let hash = leaf_hash(leaf.as_bytes());
        self.tree.push(hash);
        let deed = deed_of(leaf).unwrap_or_default();
        let rights = OF_RIGHTS.contains(&deed);
        let sessions = OF_SESSIONS.contains(&deed) || OF_BOTH.contains(&deed);
        if index > 0 && !rights && !sessions {
            return;
        }
        let Ok(said) = serde_json::from_str::<Value>(leaf) else { return };
        if index == 0 {
            self.begins = Some(written(&said));
        }
        if !rights && !sessions {
            return;
        }
        let intent = said["intent"].as_i64().filter(|_| said["kind"] == "outcome");
        self.kept.insert(index, Kept { at: written(&said), hash: short(&hash), intent, rights, sessions });
        self.of_sessions += usize::from(!rights);
        while self.of_sessions > MOST_OF_SESSIONS {
            let Some(oldest) = self.kept.iter().find(|(_, kept)| !kept.rights).map(|(index, _)| *index) else { break };
            self.kept.remove(&oldest);
            (self.of_sessions, self.forgotten) = (self.of_sessions - 1, oldest);
        }
    }
}

impl Ledger {
    /// Hashes what was appended since the last time, if that is no more than so much: whether all that there is was hashed. While
    /// another one is at it, nobody waits.
    ///
    /// # Errors
    /// The store's, or that an entry is not the one that was appended.
    pub async fn prove_rights(&self, most: i64) -> Result<bool, LedgerError> {
        match self.proven.try_lock() {
            Ok(mut proven) => self.hash_on(&mut proven, most).await,
            Err(_) => Ok(false),
        }
    }

    /// Hashes all that there is, and waits for whoever is at it.
    ///
    /// # Errors
    /// The store's, or that an entry is not the one that was appended.
    pub async fn prove_all_rights(&self) -> Result<(), LedgerError> {
        let mut proven = self.proven.lock().await;
        self.hash_on(&mut proven, i64::MAX).await.map(|_| ())
    }

    /// Goes on where somebody has asked for it before: so that the next one who does waits for little.
    ///
    /// # Errors
    /// The store's, or that an entry is not the one that was appended.
    pub async fn keep_rights_proven(&self) -> Result<(), LedgerError> {
        match self.proven.try_lock() {
            Ok(mut proven) if proven.size() > 0 => self.hash_on(&mut proven, i64::MAX).await.map(|_| ()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn hash_on(&self, proven: &mut Proven, most: i64) -> Result<bool, LedgerError> {
        const SQL: &str = "select idx, leaf from ledger_entries where idx >= $1 and idx < $2 order by idx limit $3";
        let number = self.newest_number().await?;
        // Where the head does not hold, what contradicts itself is found by every look.
        let Some((size, root)) = self.store.sealed_tree().await? else { return Ok(false) };
        if proven.number != number || proven.size() > size {
            *proven = Proven { number, ..Proven::default() };
        }
        if size - proven.size() > most {
            return Ok(false);
        }
        while proven.size() < size {
            let first = proven.size();
            let rows: Vec<(i64, String)> = on!(&self.store, pool =>
                sqlx::query_as(SQL).bind(first).bind(size).bind(PAGE).fetch_all(pool).await?);
            if rows.is_empty() {
                return Err(self.not_as_appended(proven, &format!("entry {first} is missing")));
            }
            for (index, leaf) in rows {
                if index != proven.size() {
                    let what = format!("entry {} is missing", proven.size());
                    return Err(self.not_as_appended(proven, &what));
                }
                proven.take(index, &leaf);
            }
        }
        if hex(&proven.tree.root()) != root {
            return Err(self.not_as_appended(proven, "the entries are not those that were appended"));
        }
        Ok(true)
    }

    fn not_as_appended(&self, proven: &mut Proven, what: &str) -> LedgerError {
        let number = proven.number;
        *proven = Proven::default();
        self.found.contradict(number, what);
        LedgerError::Contradicted(what.to_owned())
    }

    /// When the first entry was recorded, as far as it was hashed.
    pub(super) async fn proven_begin(&self) -> Option<i64> {
        self.proven.lock().await.begins
    }

    /// The entries about rights, oldest first.
    ///
    /// # Errors
    /// The store's, or that one of them was altered since it was hashed.
    pub(super) async fn proven_rights(&self) -> Result<Vec<Told>, LedgerError> {
        let mut proven = self.proven.lock().await;
        self.proven_leaves(&mut proven, |kept| kept.rights).await
    }

    /// The entries about sessions within a span, oldest first; `None` where some of them are not kept in mind.
    ///
    /// # Errors
    /// The store's, or that one of them was altered since it was hashed.
    pub(super) async fn proven_sessions(
        &self,
        after: i64,
        upto: i64,
        most: usize,
    ) -> Result<Option<Vec<Told>>, LedgerError> {
        let mut proven = self.proven.lock().await;
        let within = |kept: &Kept| kept.sessions && kept.at > after && kept.at <= upto;
        let first = proven.kept.iter().find(|(_, kept)| !kept.rights).map(|(_, kept)| kept.at);
        let cut = proven.forgotten > 0 && first.is_none_or(|first| first > after);
        if cut || proven.kept.values().filter(|kept| within(kept)).count() >= most {
            return Ok(None);
        }
        self.proven_leaves(&mut proven, within).await.map(Some)
    }

    /// Reads those of the entries that matter again, with their outcomes, and hashes each.
    async fn proven_leaves(
        &self,
        proven: &mut Proven,
        matters: impl Fn(&Kept) -> bool,
    ) -> Result<Vec<Told>, LedgerError> {
        let begun: BTreeMap<i64, Kept> = proven
            .kept
            .iter()
            .filter(|(_, kept)| kept.intent.is_none() && matters(kept))
            .map(|(index, kept)| (*index, *kept))
            .collect();
        let outcomes: BTreeMap<i64, i64> = proven
            .kept
            .iter()
            .filter_map(|(index, kept)| Some((kept.intent.filter(|intent| begun.contains_key(intent))?, *index)))
            .collect();
        let wanted: Vec<i64> = begun.keys().chain(outcomes.values()).copied().collect();
        let mut texts = BTreeMap::new();
        for some in wanted.chunks(500) {
            texts.extend(self.leaves_at(some).await?);
        }
        let altered = wanted.iter().find(|index| {
            let known = proven.kept.get(index).map(|kept| kept.hash);
            texts.get(index).map(|leaf| short(&leaf_hash(leaf.as_bytes()))) != known
        });
        if let Some(index) = altered {
            let what = format!("entry {index} is not the one that was appended");
            return Err(self.not_as_appended(proven, &what));
        }
        let parse = |index: i64, text: &str| {
            serde_json::from_str(text).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))
        };
        let mut told = Vec::with_capacity(begun.len());
        for index in begun.into_keys() {
            let Some(text) = texts.get(&index).cloned() else { continue };
            let outcome = outcomes.get(&index).and_then(|outcome| texts.get(outcome).map(|text| (*outcome, text)));
            let outcome = outcome.map(|(outcome, text)| parse(outcome, text)).transpose()?;
            told.push(Told { index, leaf: parse(index, &text)?, text, outcome });
        }
        Ok(told)
    }

    async fn leaves_at(&self, indices: &[i64]) -> Result<Vec<(i64, String)>, LedgerError> {
        const SQLITE: &str = "select idx, leaf from ledger_entries where idx in (select value from json_each($1))";
        const POSTGRES: &str = "select idx, leaf from ledger_entries where idx = any($1)";
        Ok(match &self.store.driver {
            Driver::Sqlite(pool) => {
                let indices = Value::from(indices.to_vec()).to_string();
                sqlx::query_as(SQLITE).bind(indices).fetch_all(pool).await?
            }
            Driver::Postgres(pool) => sqlx::query_as(POSTGRES).bind(indices).fetch_all(pool).await?,
        })
    }
}
