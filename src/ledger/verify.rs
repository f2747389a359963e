//! Checking a live store: every leaf, every index, the head, and the checkpoints, those in the store and one from outside.

use super::{
    LedgerError,
    checkpoint::{self, Checkpoint},
    tree::{Frontier, from_hex, leaf_hash},
    write::canonical,
};
use crate::{
    seal::hex,
    store::{Store, on},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
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

/// Checks the store against itself and against the checkpoints from outside, oldest first.
///
/// # Errors
/// Only if the store cannot be read; what is wrong with the ledger is in the report.
pub async fn verify(store: &Store, verifier_key: &str, outside: &[String]) -> Result<Report, LedgerError> {
    const PAGE_SQL: &str = "select idx, leaf, hash, at, kind, deed, operator, instance, subject, intent, outcome \
        from ledger_entries where idx > $1 order by idx limit $2";
    const HEAD: &str = "select size, root, frontier from ledger_head where id = 1";
    const CHECKPOINTS: &str = "select size, note from ledger_checkpoints order by size";

    let mut wrong = Vec::new();
    let mut at_size: BTreeMap<i64, Vec<(Checkpoint, &'static str)>> = BTreeMap::new();
    let stored: Vec<(i64, String)> = on!(store, pool => sqlx::query_as(CHECKPOINTS).fetch_all(pool).await?);
    for (size, note) in &stored {
        match checkpoint::open(verifier_key, note) {
            Ok(checkpoint) if checkpoint.size == *size => {
                at_size.entry(*size).or_default().push((checkpoint, "in the store"));
            }
            Ok(_) => wrong.push(Wrong {
                index: None,
                what: format!("the checkpoint stored for {size} entries names another size"),
            }),
            Err(why) => {
                wrong.push(Wrong { index: None, what: format!("the checkpoint stored for {size} entries: {why}") })
            }
        }
    }
    let mut newest_outside = None;
    for note in outside {
        match checkpoint::open(verifier_key, note) {
            Ok(checkpoint) => {
                newest_outside = newest_outside.max(Some(checkpoint.size));
                at_size.entry(checkpoint.size).or_default().push((checkpoint, "from outside"));
            }
            Err(why) => wrong.push(Wrong { index: None, what: format!("a checkpoint from outside: {why}") }),
        }
    }

    let mut tree = Frontier::default();
    let mut next = 0i64;
    let mut last_good_checkpoint = 0;
    let mut open: BTreeMap<i64, String> = BTreeMap::new();
    let mut located = false;
    let mut after = -1i64;
    loop {
        let rows: Vec<Row> = on!(store, pool => sqlx::query_as(PAGE_SQL).bind(after).bind(PAGE).fetch_all(pool).await?);
        let Some(last) = rows.last() else { break };
        after = last.0;
        for row in rows {
            let index = row.0;
            if index != next && !located {
                located = true;
                wrong.push(Wrong { index: Some(next), what: format!("the entry is missing; the next is {index}") });
            }
            next = index + 1;
            let hash = leaf_hash(row.1.as_bytes());
            if let Some(what) = check_entry(&row, &hex(&hash), &mut open)
                && !located
            {
                located = true;
                wrong.push(Wrong { index: Some(index), what });
            }
            tree.push(hash);
            let size = i64::try_from(tree.size()).unwrap_or(i64::MAX);
            for (checkpoint, place) in at_size.remove(&size).unwrap_or_default() {
                if checkpoint.root == tree.root() {
                    last_good_checkpoint = size;
                } else if !located {
                    located = true;
                    wrong.push(Wrong {
                        index: Some(last_good_checkpoint),
                        what: format!(
                            "something between it and entry {} is not what the checkpoint {place} signed",
                            size - 1
                        ),
                    });
                }
            }
        }
    }
    let size = i64::try_from(tree.size()).unwrap_or(i64::MAX);
    for (beyond, checkpoints) in at_size {
        for (_, place) in checkpoints {
            wrong.push(Wrong {
                index: Some(size),
                what: format!(
                    "the checkpoint {place} signed {beyond} entries, the store has {size}: the end is missing"
                ),
            });
        }
    }
    let root = hex(&tree.root());
    let head: Option<(i64, String, String)> = on!(store, pool => sqlx::query_as(HEAD).fetch_optional(pool).await?);
    match head {
        Some((head_size, head_root, frontier))
            if head_size == size && head_root == root && frontier == tree.to_text() => {}
        Some((head_size, ..)) => wrong.push(Wrong {
            index: (head_size > size).then_some(size),
            what: format!("the head says {head_size} entries, and the leaves do not lead to its root"),
        }),
        None => wrong.push(Wrong { index: None, what: "the tree has no head".to_owned() }),
    }
    wrong.sort_by_key(|wrong| wrong.index.unwrap_or(i64::MAX));
    Ok(Report { size, root, outside: newest_outside, wrong })
}

/// What is wrong with one entry, if anything.
fn check_entry(row: &Row, hash: &str, open: &mut BTreeMap<i64, String>) -> Option<String> {
    let (index, leaf, stored_hash, at, kind, deed, operator, instance, subject, intent, outcome) = row;
    if stored_hash != hash || from_hex(stored_hash).is_none() {
        return Some("the leaf is not the one that was hashed".to_owned());
    }
    let Ok(value) = serde_json::from_str::<Value>(leaf) else { return Some("the leaf is not JSON".to_owned()) };
    if canonical(&value).ok().as_deref() != Some(leaf.as_str()) {
        return Some("the leaf is not in canonical form".to_owned());
    }
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let same = value["index"].as_i64() == Some(*index)
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
    match (kind.as_str(), intent) {
        ("intent", None) => {
            open.insert(*index, deed.clone());
            None
        }
        ("outcome", Some(of)) => match open.remove(of) {
            Some(of_deed) if of_deed == *deed => None,
            _ => Some(format!("it is the outcome of entry {of}, which is no open deed of its kind")),
        },
        ("fact", None) => None,
        _ => Some("it is neither intent, outcome nor fact".to_owned()),
    }
}
