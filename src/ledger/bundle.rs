//! A range of the record in a file of its own: JSON Lines that anybody can check without the store and without a secret.
//!
//! The first line says what it is and holds the signed checkpoint that the rest is proven against; then comes every leaf of
//! the range as it stands in the tree, each with the hashes that lead from it to the checkpoint's root.

use super::{
    Ledger, LedgerError,
    checkpoint::{self, Checkpoint, Read, Witness},
    tree::{Frontier, Hash, Levels, from_hex, includes, leaf_hash},
    write::canonical,
};
use crate::{
    clock::Timestamp,
    seal::hex,
    store::{Store, on},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, Write};

/// What the first line calls itself.
const KIND: &str = "howdah audit bundle";
const VERSION: u32 = 1;
/// Leaves read from the store at once.
const PAGE: i64 = 2_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    kind: String,
    version: u32,
    origin: String,
    key: String,
    /// The tree that the checkpoint signed.
    size: i64,
    root: String,
    checkpoint: String,
    /// The names that checkpoints of this store were signed under before, each with the size where it ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<(String, i64)>,
    /// The range: the first entry, and the one after the last.
    first: i64,
    end: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    index: i64,
    leaf: String,
    hash: String,
    proof: Vec<String>,
}

/// The leaves of a bundle, with their indexes, as they stand there: whether they hold is [`verify`]'s to say.
///
/// # Errors
/// Each line's own, where it is none of a bundle.
pub fn leaves(bundle: impl BufRead) -> impl Iterator<Item = std::io::Result<(i64, Value)>> {
    bundle.lines().skip(1).map(|text| {
        let line: Line = serde_json::from_str(&text?)?;
        Ok((line.index, serde_json::from_str(&line.leaf)?))
    })
}

/// What was written into a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The first entry.
    pub first: i64,
    /// The one after the last.
    pub end: i64,
    /// How many entries the checkpoint signed.
    pub size: i64,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the ledger's database: {0}")]
    Store(#[from] sqlx::Error),
    #[error("the bundle could not be written: {0}")]
    File(#[from] std::io::Error),
    #[error("there is no entry in this range")]
    Nothing,
    /// What stands in the store is not what was signed.
    #[error("{0}; run howdah audit verify")]
    Damaged(String),
}

impl Ledger {
    /// Takes a checkpoint, and writes every entry from one instant to before another, proven against it.
    ///
    /// # Errors
    /// The store's, the file's, that nothing falls into the range, or that the leaves are not what was signed.
    pub async fn bundle(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        out: &mut impl Write,
    ) -> Result<Written, BundleError> {
        // A clock that was set back leaves entries out of order: the range takes in all that fall between.
        const FIRST: &str = "select min(idx) from ledger_entries where at >= $1 and idx < $2";
        const LAST: &str = "select max(idx) from ledger_entries where at < $1 and idx < $2";
        const LEAVES: &str = "select idx, leaf from ledger_entries where idx >= $1 and idx < $2 order by idx limit $3";
        self.checkpoint().await?;
        let witness = self.witness().await?;
        let key = witness.key().to_owned();
        let note = self.tree_state().await?.checkpoint.ok_or(BundleError::Nothing)?.2;
        let Checkpoint { size, root } = checkpoint::open(&key, &note)
            .map_err(|why| BundleError::Damaged(format!("the newest checkpoint does not hold ({why})")))?;
        let (from, to) = (from.map_or(i64::MIN, |at| at.0), to.map_or(i64::MAX, |at| at.0));
        let first: Option<i64> =
            on!(&self.store, pool => sqlx::query_scalar(FIRST).bind(from).bind(size).fetch_one(pool).await?);
        let last: Option<i64> =
            on!(&self.store, pool => sqlx::query_scalar(LAST).bind(to).bind(size).fetch_one(pool).await?);
        let (first, last) = first.zip(last).filter(|(first, last)| first <= last).ok_or(BundleError::Nothing)?;

        let levels = Levels::of(hashes(&self.store, size).await?);
        if levels.root() != root {
            let what = format!("the store’s {size} entries are not what the checkpoint signed");
            return Err(BundleError::Damaged(what));
        }
        let header = Header {
            kind: KIND.to_owned(),
            version: VERSION,
            origin: checkpoint::named(&key).to_owned(),
            key,
            size,
            root: hex(&root),
            checkpoint: note,
            former: witness.former(),
            first,
            end: last + 1,
        };
        line(out, &header)?;
        let mut next = first;
        while next <= last {
            let rows: Vec<(i64, String)> = on!(&self.store, pool => sqlx::query_as(LEAVES)
                .bind(next).bind(last + 1).bind(PAGE).fetch_all(pool).await?);
            if rows.is_empty() {
                return Err(BundleError::Damaged(format!("entry {next} is missing")));
            }
            for (index, leaf) in rows {
                let proof = levels.proof(usize::try_from(index).unwrap_or(usize::MAX));
                let hash = hex(&leaf_hash(leaf.as_bytes()));
                line(out, &Line { index, leaf, hash, proof: proof.iter().map(|hash| hex(hash)).collect() })?;
                next = index + 1;
            }
        }
        out.flush()?;
        Ok(Written { first, end: last + 1, size })
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// The hashes of the first so many leaves.
async fn hashes(store: &Store, size: i64) -> Result<Vec<Hash>, BundleError> {
    const HASHES: &str = "select idx, hash from ledger_entries where idx >= $1 and idx < $2 order by idx limit $3";
    let mut hashes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut next = 0;
    while next < size {
        let rows: Vec<(i64, String)> = on!(store, pool => sqlx::query_as(HASHES)
            .bind(next).bind(size).bind(PAGE).fetch_all(pool).await?);
        if rows.is_empty() {
            return Err(BundleError::Damaged(format!("entry {next} is missing")));
        }
        for (index, hash) in rows {
            hashes.push(
                from_hex(&hash).ok_or_else(|| BundleError::Damaged(format!("the hash of entry {index} is none")))?,
            );
            next = index + 1;
        }
    }
    Ok(hashes)
}

/// What a check of a bundle found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What the first line says of itself, where it can be read.
    pub range: Option<Written>,
    /// The size under the newest checkpoint from outside that holds; `None` where none was given.
    pub outside: Option<i64>,
    /// How many of the outside checkpoints are of other stores, or of a name that this one gave up.
    pub others: usize,
    /// The first thing that is wrong: the line, counted from 1, and what. `None` for a thing beside the lines.
    pub wrong: Option<(Option<u64>, String)>,
}

impl Report {
    pub fn holds(&self) -> bool {
        self.wrong.is_none()
    }

    /// The report in words, a line each: what is wrong, or what this proves and what not.
    pub fn lines(&self) -> Vec<String> {
        match &self.wrong {
            Some((Some(line), what)) => return vec![format!("WRONG in line {line}: {what}")],
            Some((None, what)) => return vec![format!("WRONG: {what}")],
            None => {}
        }
        let mut lines = Vec::new();
        if let Some(Written { first, end, size }) = self.range {
            lines.push(format!(
                "entries {first} to {}: unchanged, complete and in order, as they stood among the {size} entries that the \
                 key signed",
                end - 1
            ));
            if first > 0 || end < size {
                lines.push("what stands before and after them in the audit log is not in this bundle".to_owned());
            }
        }
        lines.push(match self.outside {
            Some(size) => format!("the checkpoint from outside vouches for the first {size} entries of the audit log"),
            None => "no checkpoint from outside was given: whoever holds the store and the secret key could have \
                     rewritten everything before it was signed"
                .to_owned(),
        });
        if self.others > 0 {
            lines.push(format!("{} of the checkpoints from outside are of other stores: passed over", self.others));
        }
        lines.push(
            "what is sealed in an entry cannot be read from a bundle, and what came later is not in it".to_owned(),
        );
        lines
    }
}

/// Checks a bundle against a key and against checkpoints from outside; needs no store and no secret.
///
/// # Errors
/// Only if it cannot be read; what is wrong with it is in the report.
pub fn verify(bundle: impl BufRead, verifier_key: &str, outside: &[String]) -> std::io::Result<Report> {
    let mut report = Report { range: None, outside: None, others: 0, wrong: None };
    report.wrong = check(bundle, verifier_key, outside, &mut report)?.err();
    Ok(report)
}

type Wrong = (Option<u64>, String);

/// The inner result is what is wrong first.
fn check(
    bundle: impl BufRead,
    verifier_key: &str,
    outside: &[String],
    report: &mut Report,
) -> std::io::Result<Result<(), Wrong>> {
    let mut lines = bundle.split(b'\n');
    let first = lines.next().transpose()?.unwrap_or_default();
    let (header, root) = match header(&first, verifier_key) {
        Ok(header) => header,
        Err(what) => return Ok(Err((Some(1), what))),
    };
    report.range = Some(Written { first: header.first, end: header.end, size: header.size });
    let mut given = Vec::new();
    let witness = match Witness::of_key(&header.key, &header.former) {
        Ok(witness) => witness,
        Err(what) => return Ok(Err((Some(1), what))),
    };
    for note in outside {
        match witness.read(note) {
            Read::Ours(found) => given.push(found),
            Read::Others => report.others += 1,
            Read::GoesOn => {}
            Read::Bad(why) => return Ok(Err((None, format!("a checkpoint from outside: {why}")))),
        }
    }
    // A checkpoint over the same size can be compared with any bundle.
    for found in given.iter().filter(|found| found.size == header.size) {
        if found.root != root {
            return Ok(Err((Some(1), "the checkpoint from outside signed another tree of this size".to_owned())));
        }
        report.outside = report.outside.max(Some(found.size));
    }

    let mut next = header.first;
    let mut number = 1;
    // From the first entry on the roots of smaller trees come out as well.
    let mut tree = Frontier::default();
    for text in lines {
        let text = text?;
        number += 1;
        let hash = match leaf(&text, next, &header, &root) {
            Ok(hash) => hash,
            Err(what) => return Ok(Err((Some(number), what))),
        };
        next += 1;
        if header.first == 0 {
            tree.push(hash);
            for found in given.iter().filter(|found| found.size == next) {
                if found.root != tree.root() {
                    let what =
                        format!("what comes up to here is not what the checkpoint from outside over {next} signed");
                    return Ok(Err((Some(number), what)));
                }
                report.outside = report.outside.max(Some(next));
            }
        }
    }
    if next != header.end {
        let last = header.end - 1;
        return Ok(Err((Some(number + 1), format!("the end is missing: entries {next} to {last}"))));
    }
    if !outside.is_empty() && report.outside.is_none() {
        let what = format!(
            "none of the checkpoints from outside can be compared with this bundle; it takes one over {} entries{}",
            header.size,
            if header.first == 0 { " or over fewer than it holds" } else { "" }
        );
        return Ok(Err((None, what)));
    }
    Ok(Ok(()))
}

/// The name that a bundle gives itself, which proves nothing.
pub fn origin(mut bundle: impl BufRead) -> Option<String> {
    let mut first = Vec::new();
    bundle.read_until(b'\n', &mut first).ok()?;
    serde_json::from_slice::<Header>(&first).ok().map(|header| header.origin)
}

/// Whether two verifier keys are of one hand: the same, or the same key of one console before and after its store got an id.
fn same_hand(one: &str, other: &str) -> bool {
    let parts = |key: &str| {
        let (name, rest) = key.split_once('+')?;
        let (_, public) = rest.split_once('+')?;
        Some((name.to_owned(), public.to_owned()))
    };
    let Some(((one, one_public), (other, other_public))) = parts(one).zip(parts(other)) else { return false };
    let before = |host: &str, name: &str| name.strip_prefix(host).is_some_and(|rest| rest.starts_with('/'));
    one_public == other_public && (one == other || before(&one, &other) || before(&other, &one))
}

/// The first line, and the root that all others must lead to.
fn header(text: &[u8], verifier_key: &str) -> Result<(Header, Hash), String> {
    let header: Header =
        serde_json::from_slice(text).map_err(|error| format!("it is not the first line of a bundle: {error}"))?;
    if header.kind != KIND || header.version != VERSION {
        return Err(format!("it is not a bundle of version {VERSION}"));
    }
    if !same_hand(verifier_key, &header.key) {
        return Err(format!("the bundle names another key ({}) than the one it is checked with", header.key));
    }
    if checkpoint::named(&header.key) != header.origin {
        return Err("the origin is not that of the key".to_owned());
    }
    let signed = checkpoint::open(&header.key, &header.checkpoint).map_err(|why| format!("the checkpoint: {why}"))?;
    let root = from_hex(&header.root).ok_or("the root is no hash")?;
    if signed != (Checkpoint { size: header.size, root }) {
        return Err("size and root are not what the checkpoint signed".to_owned());
    }
    if header.first < 0 || header.first >= header.end || header.end > header.size {
        return Err("the range is none of this tree".to_owned());
    }
    Ok((header, root))
}

/// One leaf: its place, its text, its hash, and its way to the root.
fn leaf(text: &[u8], expected: i64, header: &Header, root: &Hash) -> Result<Hash, String> {
    let line: Line = serde_json::from_slice(text).map_err(|error| format!("it is not an entry: {error}"))?;
    if expected >= header.end {
        return Err(format!("entry {} is more than the range holds", line.index));
    }
    if line.index != expected {
        return Err(format!("entry {expected} should be here, and it is {}", line.index));
    }
    let hash = leaf_hash(line.leaf.as_bytes());
    if line.hash != hex(&hash) {
        return Err(format!("entry {expected} is not the leaf that was hashed"));
    }
    let proof: Option<Vec<Hash>> = line.proof.iter().map(|hash| from_hex(hash)).collect();
    let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    if !proof.is_some_and(|proof| includes(root, place(header.size), place(expected), &hash, &proof)) {
        return Err(format!("entry {expected} does not lead to the root that was signed"));
    }
    let value: Value = serde_json::from_str(&line.leaf).map_err(|_| format!("entry {expected} is not JSON"))?;
    if canonical(&value).ok().as_deref() != Some(line.leaf.as_str()) || value["index"].as_i64() != Some(expected) {
        return Err(format!("entry {expected} is not in the form that the audit log has"));
    }
    Ok(hash)
}
