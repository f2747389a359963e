//! Checkpoints: signed notes in the C2SP format, taken soon after a new leaf and kept in one place outside the store.

use super::{LedgerError, tree::Hash};
use crate::{
    clock::Timestamp,
    seal::Keys,
    store::{Store, on},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList, key_id};

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: i64,
    pub root: Hash,
}

fn text(origin: &str, size: i64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", STANDARD.encode(root))
}

/// The verifier key of a console, in the form other tools read: `<origin>+<id>+<key>`.
pub fn verifier_key(keys: &Keys, origin: &str) -> String {
    let key = SigningKey::from_bytes(&keys.checkpoint_seed());
    signed_note::new_ed25519_verifier_key(origin, &signed_note_key(&key))
}

fn signed_note_key(key: &SigningKey) -> ed25519_dalek::VerifyingKey {
    key.verifying_key()
}

/// Signs the tree's size and root.
///
/// # Errors
/// If the origin is no valid name for a key.
pub fn sign(keys: &Keys, origin: &str, size: i64, root: &Hash) -> Result<String, LedgerError> {
    signed(keys, origin, &text(origin, size, root))
}

/// What a note says after size and root whose store goes on under another name (an extension line of the format).
const SUCCEEDED: &str = "goes on as ";

/// Signs under a store's name that it goes on under another, from a size on.
///
/// # Errors
/// If the name is no valid one for a key.
pub(super) fn succeeded(keys: &Keys, origin: &str, size: i64, successor: &str) -> Result<String, LedgerError> {
    // No tree is meant: the root is the hash of nothing, and whoever reads the line does not go on to compare it.
    let root = super::tree::Frontier::default().root();
    signed(keys, origin, &format!("{}{SUCCEEDED}{successor}\n", text(origin, size, &root)))
}

fn signed(keys: &Keys, origin: &str, text: &str) -> Result<String, LedgerError> {
    let fail = |error: String| LedgerError::Entry(format!("the checkpoint could not be signed: {error}"));
    let seed = keys.checkpoint_seed();
    let public = SigningKey::from_bytes(&seed).verifying_key();
    let id = key_id(origin, &[&[1u8][..], public.as_bytes()].concat());
    let private = format!("PRIVATE+KEY+{origin}+{id:08x}+{}", STANDARD.encode([&[1u8][..], &seed].concat()));
    let signer = StandardSigner::new(&private).map_err(|error| fail(error.to_string()))?;
    let mut note = Note::new(text.as_bytes(), &[]).map_err(|error| fail(error.to_string()))?;
    note.add_sigs(&[&signer]).map_err(|error| fail(error.to_string()))?;
    String::from_utf8(note.to_bytes()).map_err(|error| fail(error.to_string()))
}

/// Reads a checkpoint and checks its signature.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn open(verifier_key: &str, note: &str) -> Result<Checkpoint, String> {
    let verifier = StandardVerifier::new(verifier_key).map_err(|error| format!("the key is not valid: {error}"))?;
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|error| format!("it is not a signed note: {error}"))?;
    parsed
        .verify(&VerifierList::new(vec![Box::new(verifier)]))
        .map_err(|error| format!("its signature does not hold: {error}"))?;
    let text = String::from_utf8_lossy(parsed.text()).into_owned();
    let mut lines = text.lines();
    if lines.next() != Some(named(verifier_key)) {
        return Err("it is of another ledger".to_owned());
    }
    let size = lines.next().and_then(|line| line.parse().ok());
    let root = lines.next().and_then(|line| STANDARD.decode(line).ok()).and_then(|bytes| bytes.try_into().ok());
    match (size, root) {
        (Some(size), Some(root)) => Ok(Checkpoint { size, root }),
        _ => Err("it names no size and root".to_owned()),
    }
}

/// Whose checkpoints count: the names that a store's were signed under, each up to the size where it ended.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The verifier key of each name.
    names: Vec<(String, Option<i64>)>,
}

/// What a note turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Ours(Checkpoint),
    /// Of another store, or of this one's former name beyond the size where that ended.
    Others,
    /// That a store goes on under another name: it vouches for nothing.
    GoesOn,
    /// It should be ours, and does not hold: why, in a sentence.
    Bad(String),
}

impl Witness {
    pub(super) fn of_keys(keys: &Keys, names: Vec<(String, Option<i64>)>) -> Self {
        Self { names: names.into_iter().map(|(name, until)| (verifier_key(keys, &name), until)).collect() }
    }

    /// For somebody who holds no secret: the verifier key of the name that holds, and the names before it.
    ///
    /// # Errors
    /// If the key is none.
    pub fn of_key(key: &str, former: &[(String, i64)]) -> Result<Self, String> {
        let public = key.split_once('+').and_then(|(_, rest)| rest.split_once('+')).map(|(_, public)| public);
        let public = public.and_then(|public| STANDARD.decode(public).ok()).and_then(|typed| {
            let bytes: [u8; 32] = typed.get(1..)?.try_into().ok()?;
            ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok()
        });
        let public = public.ok_or("the verifier key is none")?;
        let key_of = |name: &String| signed_note::new_ed25519_verifier_key(name, &public);
        let mut names: Vec<_> = former.iter().map(|(name, until)| (key_of(name), Some(*until))).collect();
        names.push((key.to_owned(), None));
        Ok(Self { names })
    }

    /// The verifier key of the name that holds.
    pub fn key(&self) -> &str {
        self.names.last().map_or("", |(key, _)| key)
    }

    /// The names before it, each with the size where it ended.
    pub fn former(&self) -> Vec<(String, i64)> {
        self.names.iter().filter_map(|(key, until)| Some((named(key).to_owned(), (*until)?))).collect()
    }

    /// The name under which the store goes on by the last note of that sort, oldest first, if it is none of these: an owner who
    /// decides again overrules what was decided before.
    pub(super) fn gone_on_as(&self, notes: &[String]) -> Option<String> {
        let last = notes.iter().filter_map(|note| self.successor(note)).next_back()?;
        (!self.names.iter().any(|(key, _)| named(key) == last)).then_some(last)
    }

    /// The name under which the store goes on by a note that one of these names signed.
    fn successor(&self, note: &str) -> Option<String> {
        let parsed = Note::from_bytes(note.as_bytes()).ok()?;
        let text = String::from_utf8_lossy(parsed.text()).into_owned();
        let successor = text.lines().nth(3)?.strip_prefix(SUCCEEDED)?;
        let first = text.lines().next()?;
        let (key, _) = self.names.iter().find(|(key, _)| named(key) == first)?;
        open(key, note).is_ok().then(|| successor.to_owned())
    }

    pub fn read(&self, note: &str) -> Read {
        let text = match Note::from_bytes(note.as_bytes()) {
            Ok(note) => String::from_utf8_lossy(note.text()).into_owned(),
            Err(error) => return Read::Bad(format!("it is not a signed note: {error}")),
        };
        if text.lines().nth(3).is_some_and(|line| line.starts_with(SUCCEEDED)) {
            return Read::GoesOn;
        }
        let first = text.lines().next().unwrap_or_default();
        let Some((key, until)) = self.names.iter().find(|(key, _)| named(key) == first) else { return Read::Others };
        match open(key, note) {
            Ok(found) if until.is_none_or(|until| found.size <= until) => Read::Ours(found),
            Ok(_) => Read::Others,
            Err(why) => Read::Bad(why),
        }
    }
}

/// The name in a verifier key.
pub(super) fn named(key: &str) -> &str {
    key.split('+').next().unwrap_or_default()
}

/// What stands after half a note, where its writing was broken off: it says nothing, as if it were not there.
pub const CUT_OFF: &str = "— cut off in writing";

/// The notes of a file that checkpoints were appended to, oldest first.
///
/// What was cut off in writing is none.
pub fn split(file: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in file.lines() {
        // A note ends after its signatures; the next begins with its origin.
        let signed = lines.iter().any(|line| line.starts_with('—'));
        if signed && !line.starts_with('—') {
            notes.push(lines.join("\n") + "\n");
            lines.clear();
        }
        if !(lines.is_empty() && line.is_empty()) {
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        notes.push(lines.join("\n") + "\n");
    }
    notes.retain(|note| note.lines().next_back() != Some(CUT_OFF));
    notes
}

pub(super) async fn last(store: &Store) -> Result<Option<(i64, Timestamp, String)>, LedgerError> {
    const SQL: &str = "select size, at, note from ledger_checkpoints order by origin desc, size desc limit 1";
    let row: Option<(i64, i64, String)> =
        store.read_one(on!(store, pool => sqlx::query_as(SQL).fetch_optional(pool).await?));
    Ok(row.map(|(size, at, note)| (size, Timestamp(at), note)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_holds_for_its_key_alone() {
        let keys = Keys::from_secret([1; 32]);
        let key = verifier_key(&keys, "howdah.example");
        let note = sign(&keys, "howdah.example", 3, &[9; 32]).unwrap_or_default();
        assert_eq!(open(&key, &note), Ok(Checkpoint { size: 3, root: [9; 32] }));
        assert!(open(&key, &note.replace("\n3\n", "\n4\n")).is_err());
        let other = verifier_key(&Keys::from_secret([2; 32]), "howdah.example");
        assert!(open(&other, &note).is_err());
    }

    #[test]
    fn a_file_of_checkpoints_is_taken_apart_again() {
        let keys = Keys::from_secret([1; 32]);
        let notes: Vec<String> =
            (1..4).map(|size| sign(&keys, "howdah.example", size, &[9; 32]).unwrap_or_default()).collect();
        let file: String = notes.iter().map(|note| format!("{note}\n")).collect();
        assert_eq!(split(&file), notes);
    }
}
