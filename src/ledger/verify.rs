//! Checking a live store: every leaf, every index, the head, and the checkpoints, those in the store and one from outside.

use super::{
    Ledger, LedgerError, Outcome,
    checkpoint::{Checkpoint, Read, Witness},
    head::{self, ORIGINS, Origin, OriginRow},
    keys,
    tree::{Frontier, Hash, leaf_hash},
    write::canonical,
};
use crate::{
    seal::{Keys, hex},
    store::{
        Store,
        rights::{CHANGES, ChangeRow, Changes, DESTROYING, SealedHead},
        transaction::within,
    },
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The first entry that was read; what stands before it was found whole by an earlier check.
    pub from: i64,
    pub size: i64,
    pub root: String,
    /// The size under the newest outside checkpoint that was compared and holds; `None` where none does.
    pub outside: Option<i64>,
    /// The size under the newest one that was given, whether it holds or not.
    pub given: Option<i64>,
    /// How many of the outside checkpoints are of other stores, or of a name that this one had and gave up.
    pub others: usize,
    /// How many data keys were destroyed by a deed.
    pub destroyed: usize,
    /// How many entries an owner accepted as they stood, and in which entry.
    pub accepted: Option<(i64, i64)>,
    pub wrong: Vec<Wrong>,
    /// The first entry that is not the one that was appended, or that is not there.
    pub altered: Option<i64>,
    /// What else was looked at, a line each.
    pub also: Vec<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The first entry concerned, where it can be named.
    pub index: Option<i64>,
    pub what: String,
}

impl Report {
    /// What is wrong with the entries themselves, if anything: data keys that are missing, or there again, are no part of them.
    pub fn altered_entries(&self) -> Option<&Wrong> {
        self.wrong.iter().find(|wrong| !wrong.what.starts_with(LOST) && !wrong.what.starts_with(RETURNED))
    }

    pub fn holds(&self) -> bool {
        self.wrong.is_empty()
    }

    /// The report in words, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .wrong
            .iter()
            .map(|wrong| match wrong.index {
                Some(index) => format!("WRONG from entry {index}: {}", wrong.what),
                None => format!("WRONG: {}", wrong.what),
            })
            .collect();
        if self.from > 0 {
            lines.push(format!(
                "the first {} entries were found whole by an earlier check, and not read again",
                self.from
            ));
        }
        lines.push(format!("{} entries, root {}", self.size, self.root));
        if let Some((size, entry)) = self.accepted {
            lines.push(format!(
                "entry {entry}: an owner accepted the first {size} entries as they stood then, whatever was signed before"
            ));
        }
        if self.destroyed > 0 {
            lines.push(format!("{} data keys were destroyed, each with an entry that says so", self.destroyed));
        }
        if self.others > 0 {
            lines.push(format!(
                "{} of the checkpoints from outside are of other stores, or of a name that this one gave up: passed over",
                self.others
            ));
        }
        lines.push(match (self.outside, self.given) {
            (Some(size), _) => format!("the checkpoint from outside vouches for the first {size} entries"),
            (None, Some(_)) => {
                "no checkpoint from outside that was given holds: none of them vouches for any entry".to_owned()
            }
            (None, None) => {
                "no checkpoint from outside was given: this vouches for the tree's form only; whoever holds the store \
                     and the secret key could have rewritten everything"
                    .to_owned()
            }
        });
        lines.extend(self.also.iter().cloned());
        lines
    }
}

/// An entry, as its columns have it.
#[derive(sqlx::FromRow)]
struct Row {
    idx: i64,
    leaf: String,
    hash: String,
    at: i64,
    kind: String,
    deed: String,
    operator: Option<String>,
    instance: Option<String>,
    subject: Option<String>,
    intent: Option<i64>,
    outcome: Option<String>,
}

/// Entries read at once.
const PAGE: i64 = 2_000;

const PAGE_SQL: &str = "select idx, leaf, hash, at, kind, deed, operator, instance, subject, intent, outcome \
    from ledger_entries where idx >= $1 order by idx limit $2";
const CHECKPOINTS: &str = "select size, note from ledger_checkpoints order by size";
const KEYS: &str = "select id, wrapped from ledger_keys where wrapped is not null and id > $1 order by id limit $2";
/// Where a checkpoint is from that did not come from the store.
const OUTSIDE: &str = "from outside";
/// What is wrong with data keys begins so, and says nothing of the tree.
const LOST: &str = "data keys are missing or do not open";
const RETURNED: &str = "data keys are there again that an entry says were destroyed";

const OPEN: &str = "select cast(intent as bigint) from open_deeds order by intent";

/// Checks the store against itself and against the checkpoints from outside.
///
/// # Errors
/// Only if the store cannot be read; what is wrong with the ledger is in the report.
pub async fn verify(store: &Store, keys: &Keys, host: &str, outside: &[String]) -> Result<Report, LedgerError> {
    verify_from(store, keys, host, outside, None, |_| ()).await.map(|(report, _)| report)
}

/// A check that found nothing wrong, as far as it came: the next one can go on from there.
#[derive(Clone)]
pub struct Verified(Check);

async fn verify_from(
    store: &Store,
    keys: &Keys,
    host: &str,
    outside: &[String],
    earlier: Option<Verified>,
    progress: impl Fn(i64),
) -> Result<(Report, Option<Verified>), LedgerError> {
    // An older store, before its first start, has no seal yet.
    let due = store.sealing_is_due().await?;
    // In one snapshot, so that what is appended meanwhile raises no alarm.
    let mut tx = store.driver.begin_reading().await?;
    let tx = &mut tx;
    let named: Vec<OriginRow> = store.read(within!(tx, c => sqlx::query_as(ORIGINS).fetch_all(c).await?));
    let stored: Vec<(i64, String)> = store.read(within!(tx, c => sqlx::query_as(CHECKPOINTS).fetch_all(c).await?));
    let mut check = Check::begin(keys, host, &named, &stored, outside);
    let mut last = Some(String::new());
    while let Some(after) = last {
        let rows: Vec<(String, String)> =
            store.read(within!(tx, c => sqlx::query_as(KEYS).bind(after).bind(PAGE).fetch_all(c).await?));
        last = rows.last().map(|(id, _)| id.clone());
        rows.iter().for_each(|(id, wrapped)| check.key(keys, id, wrapped));
    }
    if let Some(earlier) = earlier {
        check.go_on_from(earlier);
    }
    let mut from = Some(if check.from > 0 { check.from } else { i64::MIN });
    while let Some(first) = from {
        let rows: Vec<Row> =
            store.read(within!(tx, c => sqlx::query_as(PAGE_SQL).bind(first).bind(PAGE).fetch_all(c).await?));
        from = rows.last().and_then(|row| row.idx.checked_add(1));
        rows.iter().for_each(|row| check.row(row));
        progress(check.next);
    }
    let head = head::read(store, tx).await?;
    let rights: Vec<ChangeRow> = store.read(within!(tx, c => sqlx::query_as(CHANGES).fetch_all(c).await?));
    let open: Vec<i64> = within!(tx, c => sqlx::query_scalar(OPEN).fetch_all(c).await?);
    let earlier = Verified(check.clone());
    let report = check.end(keys, head, Changes::of_rows(rights), &named, &open, due);
    let earlier = report.holds().then_some(earlier);
    Ok((report, earlier))
}

impl Ledger {
    /// Checks the store that this ledger is in, the rows that give rights included.
    pub async fn verify(&self, outside: &[String]) -> Result<Report, LedgerError> {
        self.verify_from(outside, None, |_| ()).await.map(|(report, _)| report)
    }

    /// Hashes all entries against the sealed head and what was signed in the store: what is derived from them, or destroyed by them,
    /// rests on what was appended.
    ///
    /// # Errors
    /// The store's, or what is wrong with them.
    pub async fn hashed(&self) -> Result<(), LedgerError> {
        let report = verify(&self.store, &self.keys, &self.host, &[]).await?;
        report.altered_entries().map_or(Ok(()), |wrong| Err(LedgerError::Contradicted(wrong.what.clone())))
    }

    /// The same from where an earlier check ended, saying how many entries have been read; and from where a later one can go
    /// on, if nothing is wrong.
    pub async fn verify_from(
        &self,
        outside: &[String],
        earlier: Option<Verified>,
        progress: impl Fn(i64),
    ) -> Result<(Report, Option<Verified>), LedgerError> {
        let (mut report, reached) =
            verify_from(&self.store, &self.keys, &self.host, outside, earlier, progress).await?;
        // What is wrong with the tree itself stops everything from here on; rows that do not fit are refused one by one.
        // A store that is still to be sealed is told whole or not before that.
        let number = self.newest_number().await?;
        if let Some(index) = report.altered.filter(|_| number > 0) {
            self.found.contradict(number, &format!("a check found it altered from entry {index} on"));
            self.tell().await;
        }
        if let Some(what) = self.store.foreign().await? {
            report.wrong.push(Wrong { index: None, what });
        }
        self.verify_rows(&mut report).await?;
        Ok((report, reached))
    }
}

/// An intent whose outcome has not come yet.
#[derive(Clone)]
struct Open {
    at: i64,
    deed: String,
    instance: Option<String>,
    subject: Option<String>,
}

/// A check under way.
#[derive(Clone, Default)]
struct Check {
    /// The first entry that this check reads.
    from: i64,
    wrong: Vec<Wrong>,
    /// Checkpoints not reached yet, by size, with where they are from.
    checkpoints: BTreeMap<i64, Vec<(Checkpoint, &'static str)>>,
    newest_outside: Option<i64>,
    /// … and the newest of them that the leaves led to.
    held_outside: Option<i64>,
    /// The roots at the sizes that a checkpoint was compared at.
    compared: BTreeMap<i64, Hash>,
    tree: Frontier,
    /// The index that must come next.
    next: i64,
    /// How many leaves a checkpoint has vouched for.
    vouched: i64,
    open: BTreeMap<i64, Open>,
    /// The first wrong entry, which has been named; what follows from it is not.
    located: Option<i64>,
    /// The first wrong entry among those that an owner accepted: they were wrong then, unless they are not what was accepted.
    passed: Option<i64>,
    others: usize,
    /// Checkpoints outside name a store of this console by an id.
    named: bool,
    /// The ids the store has had.
    origins: Vec<Origin>,
    /// The roots at the sizes where it got them.
    roots: BTreeMap<i64, Hash>,
    /// The entries that say so, by the id: size, and the root that was accepted.
    said: BTreeMap<String, (i64, i64, Option<String>)>,
    /// Digests of the ids of the data keys that are there and open.
    keys: HashSet<[u8; 16]>,
    /// Data keys that entries were sealed with and that are not there, with the first of the entries.
    missing: BTreeMap<String, i64>,
    /// Data keys that a deed destroyed.
    destroyed: HashSet<String>,
    /// What deeds that have no outcome yet destroy, by their intents, and what those have destroyed that succeeded.
    destroying: BTreeMap<i64, Vec<String>>,
    gone: HashSet<String>,
    /// What the entries say of changes to rights.
    changes: Changes,
}

/// Enough of a digest to tell data keys apart, of which there may be a million.
fn digest(id: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&Sha256::digest(id.as_bytes())[..16]);
    short
}

impl Check {
    fn begin(keys: &Keys, host: &str, named: &[OriginRow], stored: &[(i64, String)], outside: &[String]) -> Self {
        let (origins, trouble) = match head::origins(keys, named) {
            Ok(origins) => (origins, None),
            Err(what) => (Vec::new(), Some(what)),
        };
        let notes = stored.iter().map(|(_, note)| &**note);
        let witness = head::witness(keys, head::former_host(keys, host, notes), &origins);
        let mut check = Self { origins, ..Self::default() };
        if let Some(what) = trouble {
            check.wrong(None, what);
        }
        let kept = check.take_stored(&witness, stored);
        check.take_outside(&witness, host, outside);
        // A store that signed nothing stands beside those of others only where none of them is of this console.
        if (kept > 0 || check.named) && check.others > 0 && check.newest_outside.is_none() {
            let what = "none of the checkpoints from outside is of this store: they are of other stores, or this one was \
                        emptied, or put in another’s place";
            check.wrong(None, what.to_owned());
        }
        check
    }

    /// Takes the checkpoints of the store in; how many are its own.
    fn take_stored(&mut self, witness: &Witness, stored: &[(i64, String)]) -> usize {
        let mut kept = 0;
        for (size, note) in stored {
            match witness.read(note) {
                Read::Ours(found) if found.size == *size => {
                    kept += 1;
                    self.checkpoints.entry(*size).or_default().push((found, "in the store"));
                }
                Read::Ours(_) => {
                    self.wrong(None, format!("the checkpoint stored for {size} entries names another size"));
                }
                // An owner has decided against what was signed under a former name.
                Read::Others if self.accepted().is_some() => {}
                Read::Others | Read::GoesOn => {
                    self.wrong(None, format!("the checkpoint stored for {size} entries is of another store"))
                }
                Read::Bad(why) => self.wrong(None, format!("the checkpoint stored for {size} entries: {why}")),
            }
        }
        kept
    }

    /// Takes the checkpoints from outside in.
    fn take_outside(&mut self, witness: &Witness, host: &str, outside: &[String]) {
        if let Some(successor) = witness.gone_on_as(outside) {
            self.wrong(
                None,
                format!("an owner decided that this store goes on as {successor}: this is a copy of before"),
            );
        }
        for note in outside {
            match witness.read(note) {
                Read::Ours(found) => {
                    self.newest_outside = self.newest_outside.max(Some(found.size));
                    self.checkpoints.entry(found.size).or_default().push((found, OUTSIDE));
                }
                Read::GoesOn => {}
                Read::Others => {
                    self.others += 1;
                    self.named |= note.strip_prefix(host).is_some_and(|rest| rest.starts_with('/'));
                }
                Read::Bad(why) => self.wrong(None, format!("a checkpoint from outside: {why}")),
            }
        }
    }

    /// The size up to which an owner took the entries as they stood: what was wrong among them was decided about.
    fn accepted(&self) -> Option<&Origin> {
        self.origins.iter().rev().find(|origin| origin.number > 1 || (origin.since > 0 && origin.held < origin.since))
    }

    fn key(&mut self, keys: &Keys, id: &str, wrapped: &str) {
        if keys::opens(keys, id, wrapped) {
            self.keys.insert(digest(id));
        }
    }

    /// Takes over what an earlier check found, unless there is a checkpoint over less than that which it did not compare, or
    /// which says something else, an owner has decided since, or a data key is gone: then everything is read.
    fn go_on_from(&mut self, Verified(earlier): Verified) {
        let reached = earlier.size();
        let root_at =
            |size: i64| if size == reached { Some(earlier.tree.root()) } else { earlier.compared.get(&size).copied() };
        let known = self.checkpoints.range(..=reached).all(|(size, checkpoints)| {
            checkpoints.iter().all(|(checkpoint, _)| root_at(*size) == Some(checkpoint.root))
        });
        let same = earlier.origins == self.origins && earlier.keys.is_subset(&self.keys);
        if !known || !same || !self.wrong.is_empty() {
            return;
        }
        let later = self.checkpoints.split_off(&reached.saturating_add(1));
        let vouched = self.checkpoints.keys().next_back().copied().unwrap_or(0);
        let compared = self.checkpoints.keys().filter_map(|size| Some((*size, root_at(*size)?))).collect();
        let held = self.checkpoints.iter().filter(|(_, found)| found.iter().any(|(_, place)| *place == OUTSIDE));
        let held_outside = held.map(|(size, _)| *size).next_back();
        let (newest_outside, others, named) = (self.newest_outside, self.others, self.named);
        let keys = std::mem::take(&mut self.keys);
        *self = Self {
            from: reached,
            checkpoints: later,
            newest_outside,
            held_outside,
            compared,
            vouched,
            others,
            named,
            keys,
            ..earlier
        };
    }

    fn wrong(&mut self, index: Option<i64>, what: String) {
        self.wrong.push(Wrong { index, what });
    }

    fn locate(&mut self, index: i64, what: String) {
        if self.accepted().is_some_and(|accepted| index < accepted.since) {
            self.passed.get_or_insert(index);
        } else if self.located.is_none() {
            self.located = Some(index);
            self.wrong(Some(index), what);
        }
    }

    fn row(&mut self, row: &Row) {
        let index = row.idx;
        if index > self.next {
            self.locate(self.next, format!("the entry is missing; the next is {index}"));
        } else if index < self.next {
            self.locate(index, "an entry before the first".to_owned());
        }
        self.next = index.saturating_add(1);
        let hash = leaf_hash(row.leaf.as_bytes());
        if let Some(what) = self.entry(row, &hex(&hash)) {
            self.locate(index, what);
        }
        if self.origins.iter().any(|origin| origin.since == self.size()) {
            self.roots.insert(self.size(), self.tree.root());
        }
        self.tree.push(hash);
        let size = self.size();
        for (checkpoint, place) in self.checkpoints.remove(&size).unwrap_or_default() {
            if checkpoint.root == self.tree.root() {
                self.vouched = size;
                self.held_outside = self.held_outside.max((place == OUTSIDE).then_some(size));
                self.compared.insert(size, checkpoint.root);
            } else {
                let last = size - 1;
                // What an owner accepted was compared with what was accepted.
                let accepted = self.accepted().map_or(0, |origin| origin.since).min(size);
                self.locate(
                    self.vouched.max(accepted),
                    format!("something from here to entry {last} is not what the checkpoint {place} signed"),
                );
            }
        }
    }

    fn size(&self) -> i64 {
        i64::try_from(self.tree.size()).unwrap_or(i64::MAX)
    }

    fn end(
        mut self,
        keys: &Keys,
        head: Option<SealedHead>,
        rights: Changes,
        named: &[OriginRow],
        open: &[i64],
        due: bool,
    ) -> Report {
        let size = self.size();
        for (signed, checkpoints) in std::mem::take(&mut self.checkpoints) {
            for (_, place) in checkpoints {
                self.wrong(
                    Some(size),
                    format!("the checkpoint {place} signed {signed} entries, the store has {size}: the end is missing"),
                );
            }
        }
        let root = hex(&self.tree.root());
        let checked = head::check(keys, head.as_ref(), named, size);
        // After a wrong entry it is not known what the others come to; an older store has nothing of it before its first start.
        if self.located.is_none() && rights != self.changes && head.as_ref().is_some_and(|head| head.mac.is_some()) {
            let what = "the changes to rights that are written down are not those that the entries tell of";
            self.wrong(None, what.to_owned());
        }
        match head {
            Some(head) if head.size == size && head.root == root && head.frontier == self.tree.to_text() => {
                match checked {
                    Ok(_) => {}
                    // An older store, before its first start: it says nowhere that it had a seal.
                    Err(what) if what == head::UNSEALED && due && self.said.is_empty() && !self.named => {}
                    Err(what) => self.wrong(None, what),
                }
            }
            Some(SealedHead { size: head_size, .. }) => {
                // Entries that the head has not counted, or counted entries that are gone.
                let first = (head_size != size).then_some(head_size.min(size));
                self.wrong(first, format!("the head says {head_size} entries, and the leaves do not lead to its root"));
            }
            None => self.wrong(None, "the tree has no head".to_owned()),
        }
        self.compare_origins();
        let destroyed = self.compare_keys();
        // After a wrong entry it is not known any more which deeds are open.
        if self.located.is_none() {
            self.compare_open(open);
        }
        self.wrong.sort_by_key(|wrong| wrong.index.unwrap_or(i64::MAX));
        let accepted = self.accepted().and_then(|origin| {
            let entry = self.said.get(&origin.store).map(|(entry, ..)| *entry)?;
            Some((origin.since, entry))
        });
        Report {
            from: self.from,
            size,
            root,
            outside: self.held_outside,
            given: self.newest_outside,
            others: self.others,
            destroyed,
            accepted,
            wrong: self.wrong,
            altered: self.located,
            also: Vec::new(),
        }
    }

    /// Every id that the store got later has an entry that says so, and what an owner accepted is still what stands there.
    fn compare_origins(&mut self) {
        let mut found = Vec::new();
        for origin in self.origins.iter().filter(|origin| origin.number > 1 || origin.since > 0) {
            match self.said.get(&origin.store) {
                None => found.push((None, format!("the store’s id {} has no entry", origin.store))),
                Some((entry, size, root)) => {
                    let stands = self.roots.get(&origin.since).map(|root| hex(root));
                    if *size != origin.since || root.as_ref().is_some_and(|root| Some(root) != stands.as_ref()) {
                        let what = format!("the first {size} entries are not those that it accepted");
                        let first = self.passed.filter(|passed| *passed < *size);
                        found.push((Some(first.unwrap_or(*entry)), what));
                    }
                }
            }
        }
        for (store, (entry, ..)) in &self.said {
            if !self.origins.iter().any(|origin| origin.store == *store) {
                found.push((Some(*entry), "the id of the store that it names is gone".to_owned()));
            }
        }
        found.into_iter().for_each(|(index, what)| self.wrong(index, what));
    }

    /// A data key that is not there, or does not open, without a deed that destroyed it; and one that is there although a deed
    /// destroyed it.
    fn compare_keys(&mut self) -> usize {
        let lost: Vec<i64> =
            self.missing.iter().filter(|(id, _)| !self.destroyed.contains(*id)).map(|(_, first)| *first).collect();
        if let Some(first) = lost.iter().min() {
            let what = format!(
                "{LOST}, and no entry says that they were destroyed: {}; this is the first \
                 entry that was sealed with one of them",
                lost.len()
            );
            self.wrong(Some(*first), what);
        }
        let returned: Vec<&String> = self.gone.iter().filter(|id| self.keys.contains(&digest(id))).collect();
        if !returned.is_empty() {
            let what = format!(
                "{RETURNED}: {}; the console opens nothing with them, and whoever has the secret key does",
                returned.len()
            );
            self.wrong(None, what);
        }
        self.missing.len() - lost.len()
    }

    /// An intent without an outcome and a row among the open deeds are the same thing said twice.
    fn compare_open(&mut self, open: &[i64]) {
        let expected: Vec<i64> = self.open.keys().copied().collect();
        if let Some(index) = expected.iter().find(|index| open.binary_search(index).is_err()) {
            let what = "the action has no outcome and is not among the open ones: nobody would close it";
            self.wrong(Some(*index), what.to_owned());
        }
        if let Some(index) = open.iter().find(|index| expected.binary_search(index).is_err()) {
            self.wrong(Some(*index), "the action counts as open and is none, or has its outcome".to_owned());
        }
    }

    /// What is wrong with one entry, if anything.
    fn entry(&mut self, row: &Row, hash: &str) -> Option<String> {
        let Row { idx: index, leaf, at, kind, deed, operator, instance, subject, intent, outcome, .. } = row;
        if row.hash != hash {
            return Some("the leaf is not the one that was hashed".to_owned());
        }
        let Ok(value) = serde_json::from_str::<Value>(leaf) else { return Some("the leaf is not JSON".to_owned()) };
        if canonical(&value).ok().as_deref() != Some(leaf.as_str()) {
            return Some("the leaf is not in canonical form".to_owned());
        }
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let same = value["v"].as_i64() == Some(1)
            && value["index"].as_i64() == Some(*index)
            && text("at") == Some(at.to_string())
            && text("kind").as_ref() == Some(kind)
            && text("deed").as_ref() == Some(deed)
            && text("operator") == *operator
            && text("instance") == *instance
            && text("subject") == *subject
            && value["intent"].as_i64() == *intent
            && text("outcome") == *outcome;
        if !same {
            return Some("the columns beside the leaf do not say what it says".to_owned());
        }
        if deed == "rows_sealed" && self.changes.ever("rows_sealed") {
            return Some("rows were sealed before, and are sealed once".to_owned());
        }
        self.changes.take(&value, *index);
        if let Some(key) = value["key"].as_str()
            && !self.keys.contains(&digest(key))
        {
            self.missing.entry(key.to_owned()).or_insert(*index);
        }
        let facts = &value["facts"];
        if matches!(deed.as_str(), "head_sealed" | "record_accepted")
            && let (Some(store), Some(size)) = (facts["store"].as_str(), facts["size"].as_i64())
        {
            let root = facts["root"].as_str().map(str::to_owned);
            self.said.insert(store.to_owned(), (*index, size, root));
        }
        if let (Some(of), Some(outcome)) = (intent, outcome)
            && let Some(keys) = self.destroying.remove(of)
            && Outcome::parse(outcome) == Some(Outcome::Succeeded)
        {
            self.gone.extend(keys);
        }
        match (kind.as_str(), intent, outcome) {
            ("intent", None, None) => {
                if deed == DESTROYING {
                    let keys: Vec<String> = facts["keys"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect();
                    self.destroyed.extend(keys.iter().cloned());
                    self.destroying.insert(*index, keys);
                }
                let open = Open { at: *at, deed: deed.clone(), instance: instance.clone(), subject: subject.clone() };
                self.open.insert(*index, open);
                None
            }
            ("outcome", Some(of), Some(outcome)) => match self.open.remove(of) {
                Some(open) if open.deed == *deed && open.instance == *instance && open.subject == *subject => {
                    if Outcome::parse(outcome).is_none() {
                        Some(format!("“{outcome}” is no outcome"))
                    } else if *at < open.at {
                        Some(format!("it is from before its intent, entry {of}"))
                    } else {
                        None
                    }
                }
                _ => Some(format!("it is the outcome of entry {of}, which is no open action of its kind")),
            },
            ("fact", None, None) => None,
            _ => Some("it is neither intent, outcome nor fact".to_owned()),
        }
    }
}
