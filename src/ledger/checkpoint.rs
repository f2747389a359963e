//! Checkpoints: signed notes in the C2SP format, taken soon after a new leaf and kept in one place outside the store.

use super::{
    Ledger, LedgerError,
    tree::{Hash, from_hex},
};
use crate::{
    clock::Instant,
    seal::Keys,
    store::{Store, on},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList, key_id};
use std::{io::Write, path::Path};

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
    let fail = |error: String| LedgerError::Entry(format!("the checkpoint could not be signed: {error}"));
    let seed = keys.checkpoint_seed();
    let public = SigningKey::from_bytes(&seed).verifying_key();
    let id = key_id(origin, &[&[1u8][..], public.as_bytes()].concat());
    let private = format!("PRIVATE+KEY+{origin}+{id:08x}+{}", STANDARD.encode([&[1u8][..], &seed].concat()));
    let signer = StandardSigner::new(&private).map_err(|error| fail(error.to_string()))?;
    let mut note = Note::new(text(origin, size, root).as_bytes(), &[]).map_err(|error| fail(error.to_string()))?;
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
    if lines.next() != verifier_key.split('+').next() {
        return Err("it is of another ledger".to_owned());
    }
    let size = lines.next().and_then(|line| line.parse().ok());
    let root = lines.next().and_then(|line| STANDARD.decode(line).ok()).and_then(|bytes| bytes.try_into().ok());
    match (size, root) {
        (Some(size), Some(root)) => Ok(Checkpoint { size, root }),
        _ => Err("it names no size and root".to_owned()),
    }
}

/// The notes of a file that checkpoints were appended to, oldest first.
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
    notes
}

pub(super) async fn last(store: &Store) -> Result<Option<(i64, Instant, String)>, LedgerError> {
    const SQL: &str = "select size, at, note from ledger_checkpoints order by size desc limit 1";
    let row: Option<(i64, i64, String)> = on!(store, pool => sqlx::query_as(SQL).fetch_optional(pool).await?);
    Ok(row.map(|(size, at, note)| (size, Instant(at), note)))
}

impl Ledger {
    /// The key that others verify this console's checkpoints with.
    pub fn verifier_key(&self) -> String {
        verifier_key(&self.keys, &self.origin)
    }

    /// Takes a checkpoint over all there is, if there is something new; keeps it in the store and outside. Some if one
    /// was taken.
    ///
    /// # Errors
    /// The store's, or that the outside place cannot be written.
    pub async fn checkpoint(&self) -> Result<Option<i64>, LedgerError> {
        // Another process may have kept one in the meantime; its trigger takes none that is not over more.
        const KEEP: &str = "insert into ledger_checkpoints (size, note, at) select $1, $2, $3 \
            where not exists (select 1 from ledger_checkpoints where size >= $1) on conflict (size) do nothing";
        let state = self.tree_state().await?;
        if state.size == 0 || state.checkpoint.as_ref().is_some_and(|(size, ..)| *size >= state.size) {
            return Ok(None);
        }
        let root = from_hex(&state.root).ok_or_else(|| LedgerError::Entry("the tree's head is damaged".into()))?;
        let note = sign(&self.keys, &self.origin, state.size, &root)?;
        if let Some(path) = &self.outside {
            append(path, &note)
                .map_err(|error| LedgerError::Entry(format!("{} cannot be written: {error}", path.display())))?;
        }
        let at = self.clock.now().0;
        on!(&self.store, pool => sqlx::query(KEEP).bind(state.size).bind(&note).bind(at).execute(pool).await?.rows_affected());
        Ok(Some(state.size))
    }
}

fn append(path: &Path, note: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{note}\n").as_bytes())?;
    file.sync_data()
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
