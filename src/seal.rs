//! What is derived from the one secret key: sealing, keyed hashes, the key that signs checkpoints; and what nobody can guess.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// Something that nobody can guess: the one place of the console where chance comes from.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn random<T>() -> T
where
    rand::distr::StandardUniform: rand::distr::Distribution<T>,
{
    rand::random()
}

/// The same, for whoever draws more than once.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn rng() -> rand::rngs::ThreadRng {
    rand::rng()
}

/// The keys of one console.
#[derive(Clone)]
pub struct Keys {
    secret: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// One column of a row under a MAC.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    Nothing,
    Text(&'a str),
    Number(i64),
    Truth(bool),
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Field<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Field<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Field<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl<'a, T> From<&'a Option<T>> for Field<'a>
where
    &'a T: Into<Field<'a>>,
{
    fn from(field: &'a Option<T>) -> Self {
        field.as_ref().map_or(Self::Nothing, Into::into)
    }
}

impl<'a> From<&'a i64> for Field<'a> {
    fn from(number: &'a i64) -> Self {
        Self::Number(*number)
    }
}

impl<'a> From<&'a bool> for Field<'a> {
    fn from(truth: &'a bool) -> Self {
        Self::Truth(*truth)
    }
}

/// Table and columns so that no two rows look alike: each with its kind and its length before it.
fn encoded(table: &str, fields: &[Field<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |kind: u8, content: &[u8]| {
        bytes.push(kind);
        bytes.extend_from_slice(&(content.len() as u64).to_be_bytes());
        bytes.extend_from_slice(content);
    };
    put(b'T', table.as_bytes());
    for field in fields {
        match field {
            Field::Nothing => put(b'n', &[]),
            Field::Text(text) => put(b't', text.as_bytes()),
            Field::Number(number) => put(b'i', &number.to_be_bytes()),
            Field::Truth(truth) => put(b'b', &[u8::from(*truth)]),
        }
    }
    bytes
}

/// Something could not be sealed.
#[derive(Debug, thiserror::Error)]
#[error("sealing failed")]
pub struct SealError;

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Keys {
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.begun(label, parts).finalize().into_bytes().into()
    }

    fn begun(&self, label: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        // HMAC takes keys of any length; this one has 32 bytes.
        let mut mac = match <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.secret) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC accepts every key length"),
        };
        mac.update(label.as_bytes());
        for part in parts {
            mac.update(&[0]);
            mac.update(part);
        }
        mac
    }

    /// What proves that whoever holds the key wrote a row, in hex.
    pub fn row_mac(&self, table: &str, fields: &[Field<'_>]) -> String {
        hex(&self.mac("row mac", &[&encoded(table, fields)]))
    }

    /// Whether a row is the one that [`Keys::row_mac`] was made for; compared in constant time.
    pub fn row_holds(&self, table: &str, fields: &[Field<'_>], mac: &str) -> bool {
        let given: Option<Vec<u8>> = mac
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        given.is_some_and(|given| self.begun("row mac", &[&encoded(table, fields)]).verify_slice(&given).is_ok())
    }

    /// A keyed hash in hex: equal things stay comparable, and without the key nobody can try them out.
    pub fn hash(&self, purpose: &str, bytes: &[u8]) -> String {
        hex(&self.mac("hash", &[purpose.as_bytes(), bytes]))
    }

    /// The seed of the key that signs checkpoints.
    pub fn checkpoint_seed(&self) -> [u8; 32] {
        self.mac("checkpoint key", &[])
    }

    /// Seals a text for one purpose and owner.
    ///
    /// # Errors
    /// If the cipher refuses (a text of many gigabytes).
    pub fn seal_text(&self, purpose: &str, owner: &str, text: &str) -> Result<String, SealError> {
        seal(&self.mac("seal", &[purpose.as_bytes()]), owner, text)
    }

    /// Opens what [`Keys::seal_text`] sealed; `None` for another key, purpose or owner.
    pub fn open_text(&self, purpose: &str, owner: &str, sealed: &str) -> Option<String> {
        open(&self.mac("seal", &[purpose.as_bytes()]), owner, sealed)
    }
}

/// Seals a text under a key; `owner` must be the same to open it.
///
/// # Errors
/// If the cipher refuses (a text of many gigabytes).
pub fn seal(key: &[u8; 32], owner: &str, text: &str) -> Result<String, SealError> {
    let nonce: [u8; 24] = random();
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: text.as_bytes(), aad: owner.as_bytes() })
        .map_err(|_| SealError)?;
    Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// Opens what [`seal`] sealed.
pub fn open(key: &[u8; 32], owner: &str, sealed: &str) -> Option<String> {
    let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let opened = cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: owner.as_bytes() }).ok()?;
    String::from_utf8(opened).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_and_purpose_only() {
        let keys = Keys::from_secret([7; 32]);
        let sealed = keys.seal_text("draft", "me", "said in private").unwrap_or_default();
        assert_eq!(keys.open_text("draft", "me", &sealed).as_deref(), Some("said in private"));
        assert_eq!(keys.open_text("draft", "you", &sealed), None);
        assert_eq!(keys.open_text("totp", "me", &sealed), None);
        assert_eq!(Keys::from_secret([8; 32]).open_text("draft", "me", &sealed), None);
        let mut broken = sealed.clone();
        broken.replace_range(40..41, if &sealed[40..41] == "A" { "B" } else { "A" });
        assert_eq!(keys.open_text("draft", "me", &broken), None);
    }

    #[test]
    fn a_row_holds_for_its_table_columns_and_key_only() {
        let keys = Keys::from_secret([7; 32]);
        let (some, none) = (Some("b".to_owned()), None::<String>);
        let mac = keys.row_mac("people", &["a".into(), (&some).into(), 1.into(), true.into()]);
        assert!(keys.row_holds("people", &["a".into(), "b".into(), 1.into(), true.into()], &mac));
        for (table, fields) in [
            ("grants", ["a".into(), "b".into(), 1.into(), true.into()]),
            ("people", ["ab".into(), "".into(), 1.into(), true.into()]),
            ("people", ["a".into(), (&none).into(), 1.into(), true.into()]),
            ("people", ["a".into(), "b".into(), 2.into(), true.into()]),
            ("people", ["a".into(), "b".into(), 1.into(), false.into()]),
            ("people", ["a".into(), "b".into(), "1".into(), true.into()]),
        ] {
            assert!(!keys.row_holds(table, &fields, &mac), "{table} {fields:?}");
        }
        let fields = ["a".into(), "b".into(), 1.into(), true.into()];
        assert!(!keys.row_holds("people", &fields, ""));
        assert!(!keys.row_holds("people", &fields, &mac[2..]));
        assert!(!keys.row_holds("people", &fields, &format!("{mac}zz")));
        assert!(!Keys::from_secret([8; 32]).row_holds("people", &fields, &mac));
    }

    #[test]
    fn a_hash_depends_on_key_and_purpose() {
        let keys = Keys::from_secret([7; 32]);
        assert_eq!(keys.hash("a", b"x"), keys.hash("a", b"x"));
        assert_ne!(keys.hash("a", b"x"), keys.hash("b", b"x"));
        assert_ne!(keys.hash("a", b"x"), Keys::from_secret([8; 32]).hash("a", b"x"));
    }
}
