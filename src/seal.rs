//! What is derived from the one secret key: sealing, keyed hashes, the key that signs checkpoints.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write;

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
        mac.finalize().into_bytes().into()
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
    let nonce: [u8; 24] = rand::random();
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
    fn a_hash_depends_on_key_and_purpose() {
        let keys = Keys::from_secret([7; 32]);
        assert_eq!(keys.hash("a", b"x"), keys.hash("a", b"x"));
        assert_ne!(keys.hash("a", b"x"), keys.hash("b", b"x"));
        assert_ne!(keys.hash("a", b"x"), Keys::from_secret([8; 32]).hash("a", b"x"));
    }
}
