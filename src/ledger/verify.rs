//! Checking a live store: every leaf, every index, the head, and the checkpoints, those in the store and one from outside.

use super::{
    LedgerError, Outcome,
    checkpoint::{self, Checkpoint},
    tree::{Frontier, Hash, leaf_hash},
    write::canonical,
};
use crate::{seal::hex, store::Store};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The first entry that was read; what stands before it was found whole by an earlier check.
    pub from: i64,
    pub size: i64,
    pub root: String,
    /// The size under the newest outside checkpoint that holds; `None` where none was given.
    pub outside: Option<i64>,
    pub wrong: Vec<Wrong>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The first entry concerned, where it can be named.
    pub index: Option<i64>,
    pub what: String,
}

impl Report {
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
            lines.push(format!("the first {} entries were found whole by an earlier check, and not read again", self.from));
        }
        lines.push(format!("{} entries, root {}", self.size, self.root));
        lines.push(match self.outside {
            Some(size) => format!("the checkpoint from outside vouches for the first {size} entries"),
            None => {
                "no checkpoint from outside was given: this vouches for the tree's form only; whoever holds the store \
                     and the secret key could have rewritten everything"
                    .to_owned()
            }
        });
        lines
    }
}

type Row = (
    i64,
    String,
    String,
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

/// Entries read at once.
const PAGE: i64 = 2_000;

const PAGE_SQL: &str = "select idx, leaf, hash, at, kind, deed, operator, instance, subject, intent, outcome \
    from ledger_entries where idx >= $1 order by idx limit $2";
const HEAD: &str = "select size, root, frontier from ledger_head where id = 1";
const CHECKPOINTS: &str = "select size, note from ledger_checkpoints order by size";
const OPEN: &str = "select intent from open_deeds order by intent";

/// Reads everything in one snapshot, so that what is appended meanwhile raises no alarm.
macro_rules! check {
    ($tx:ident, $verifier_key:ident, $outside:ident, $earlier:ident, $progress:ident) => {{
        let stored: Vec<(i64, String)> = sqlx::query_as(CHECKPOINTS).fetch_all(&mut *$tx).await?;
        let mut check = Check::begin($verifier_key, &stored, $outside);
        if let Some(earlier) = $earlier {
            check.go_on_from(earlier);
        }
        let mut from = Some(if check.from > 0 { check.from } else { i64::MIN });
        while let Some(first) = from {
            let rows: Vec<Row> = sqlx::query_as(PAGE_SQL).bind(first).bind(PAGE).fetch_all(&mut *$tx).await?;
            from = rows.last().and_then(|row| row.0.checked_add(1));
            rows.iter().for_each(|row| check.row(row));
            $progress(check.next);
        }
        let head: Option<(i64, String, String)> = sqlx::query_as(HEAD).fetch_optional(&mut *$tx).await?;
        let open: Vec<i64> = sqlx::query_scalar(OPEN).fetch_all(&mut *$tx).await?;
        $tx.rollback().await?;
        let earlier = Verified(check.clone());
        let report = check.end(head, &open);
        let earlier = report.holds().then_some(earlier);
        Ok((report, earlier))
    }};
}

/// Checks the store against itself and against the checkpoints from outside.
///
/// # Errors
/// Only if the store cannot be read; what is wrong with the ledger is in the report.
pub async fn verify(store: &Store, verifier_key: &str, outside: &[String]) -> Result<Report, LedgerError> {
    verify_from(store, verifier_key, outside, None, |_| ()).await.map(|(report, _)| report)
}

/// A check that found nothing wrong, as far as it came: the next one can go on from there.
#[derive(Clone)]
pub struct Verified(Check);

/// The same from where an earlier check ended, saying how many entries have been read; and from where a later one can go
/// on, if nothing is wrong.
///
/// # Errors
/// Only if the store cannot be read.
pub async fn verify_from(
    store: &Store,
    verifier_key: &str,
    outside: &[String],
    earlier: Option<Verified>,
    progress: impl Fn(i64),
) -> Result<(Report, Option<Verified>), LedgerError> {
    match store {
        // In WAL a reading transaction keeps to what it saw first.
        Store::Sqlite(pool) => {
            let mut tx = pool.begin().await?;
            check!(tx, verifier_key, outside, earlier, progress)
        }
        Store::Postgres(pool) => {
            let mut tx = pool.begin_with("begin isolation level repeatable read read only").await?;
            check!(tx, verifier_key, outside, earlier, progress)
        }
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
#[derive(Clone)]
struct Check {
    /// The first entry that this check reads.
    from: i64,
    wrong: Vec<Wrong>,
    /// Checkpoints not reached yet, by size, with where they are from.
    checkpoints: BTreeMap<i64, Vec<(Checkpoint, &'static str)>>,
    newest_outside: Option<i64>,
    /// The roots at the sizes that a checkpoint was compared at.
    compared: BTreeMap<i64, Hash>,
    tree: Frontier,
    /// The index that must come next.
    next: i64,
    /// How many leaves a checkpoint has vouched for.
    vouched: i64,
    open: BTreeMap<i64, Open>,
    /// The first wrong entry has been named; what follows from it is not.
    located: bool,
}

impl Check {
    fn begin(verifier_key: &str, stored: &[(i64, String)], outside: &[String]) -> Self {
        let mut check = Self {
            from: 0,
            wrong: Vec::new(),
            checkpoints: BTreeMap::new(),
            newest_outside: None,
            compared: BTreeMap::new(),
            tree: Frontier::default(),
            next: 0,
            vouched: 0,
            open: BTreeMap::new(),
            located: false,
        };
        for (size, note) in stored {
            match checkpoint::open(verifier_key, note) {
                Ok(found) if found.size == *size => {
                    check.checkpoints.entry(*size).or_default().push((found, "in the store"));
                }
                Ok(_) => check.wrong(None, format!("the checkpoint stored for {size} entries names another size")),
                Err(why) => check.wrong(None, format!("the checkpoint stored for {size} entries: {why}")),
            }
        }
        for note in outside {
            match checkpoint::open(verifier_key, note) {
                Ok(found) => {
                    check.newest_outside = check.newest_outside.max(Some(found.size));
                    check.checkpoints.entry(found.size).or_default().push((found, "from outside"));
                }
                Err(why) => check.wrong(None, format!("a checkpoint from outside: {why}")),
            }
        }
        check
    }

    /// Takes over what an earlier check found, unless there is a checkpoint over less than that which it did not compare, or
    /// which says something else: then everything is read.
    fn go_on_from(&mut self, Verified(earlier): Verified) {
        let reached = earlier.size();
        let root_at = |size: i64| if size == reached { Some(earlier.tree.root()) } else { earlier.compared.get(&size).copied() };
        let known = self.checkpoints.range(..=reached).all(|(size, checkpoints)| {
            checkpoints.iter().all(|(checkpoint, _)| root_at(*size) == Some(checkpoint.root))
        });
        if !known || !self.wrong.is_empty() {
            return;
        }
        let later = self.checkpoints.split_off(&reached.saturating_add(1));
        let vouched = self.checkpoints.keys().next_back().copied().unwrap_or(0);
        let compared = self.checkpoints.keys().filter_map(|size| Some((*size, root_at(*size)?))).collect();
        let newest_outside = self.newest_outside;
        *self = Self { from: reached, checkpoints: later, newest_outside, compared, vouched, ..earlier };
    }

    fn wrong(&mut self, index: Option<i64>, what: String) {
        self.wrong.push(Wrong { index, what });
    }

    fn locate(&mut self, index: i64, what: String) {
        if !self.located {
            self.located = true;
            self.wrong(Some(index), what);
        }
    }

    fn row(&mut self, row: &Row) {
        let index = row.0;
        if index > self.next {
            self.locate(self.next, format!("the entry is missing; the next is {index}"));
        } else if index < self.next {
            self.locate(index, "an entry before the first".to_owned());
        }
        self.next = index.saturating_add(1);
        let hash = leaf_hash(row.1.as_bytes());
        if let Some(what) = self.entry(row, &hex(&hash)) {
            self.locate(index, what);
        }
        self.tree.push(hash);
        let size = self.size();
        for (checkpoint, place) in self.checkpoints.remove(&size).unwrap_or_default() {
            if checkpoint.root == self.tree.root() {
                self.vouched = size;
                self.compared.insert(size, checkpoint.root);
            } else {
                let last = size - 1;
                self.locate(
                    self.vouched,
                    format!("something from here to entry {last} is not what the checkpoint {place} signed"),
                );
            }
        }
    }

    fn size(&self) -> i64 {
        i64::try_from(self.tree.size()).unwrap_or(i64::MAX)
    }

    fn end(mut self, head: Option<(i64, String, String)>, open: &[i64]) -> Report {
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
        match head {
            Some((head_size, head_root, frontier))
                if head_size == size && head_root == root && frontier == self.tree.to_text() => {}
            Some((head_size, ..)) => {
                // Entries that the head has not counted, or counted entries that are gone.
                let first = (head_size != size).then_some(head_size.min(size));
                self.wrong(first, format!("the head says {head_size} entries, and the leaves do not lead to its root"));
            }
            None => self.wrong(None, "the tree has no head".to_owned()),
        }
        // After a wrong entry it is not known any more which deeds are open.
        if !self.located {
            self.compare_open(open);
        }
        self.wrong.sort_by_key(|wrong| wrong.index.unwrap_or(i64::MAX));
        Report { from: self.from, size, root, outside: self.newest_outside, wrong: self.wrong }
    }

    /// An intent without an outcome and a row among the open deeds are the same thing said twice.
    fn compare_open(&mut self, open: &[i64]) {
        let expected: Vec<i64> = self.open.keys().copied().collect();
        if let Some(index) = expected.iter().find(|index| open.binary_search(index).is_err()) {
            let what = "the deed has no outcome and is not among the open ones: nobody would close it";
            self.wrong(Some(*index), what.to_owned());
        }
        if let Some(index) = open.iter().find(|index| expected.binary_search(index).is_err()) {
            self.wrong(Some(*index), "the deed counts as open and is none, or has its outcome".to_owned());
        }
    }

    /// What is wrong with one entry, if anything.
    fn entry(&mut self, row: &Row, hash: &str) -> Option<String> {
        let (index, leaf, stored_hash, at, kind, deed, operator, instance, subject, intent, outcome) = row;
        if stored_hash != hash {
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
        match (kind.as_str(), intent, outcome) {
            ("intent", None, None) => {
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
                _ => Some(format!("it is the outcome of entry {of}, which is no open deed of its kind")),
            },
            ("fact", None, None) => None,
            _ => Some("it is neither intent, outcome nor fact".to_owned()),
        }
    }
}
