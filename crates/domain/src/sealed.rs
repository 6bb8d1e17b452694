//! Encryption at rest: client secrets, keys of client certificates, custom header values.
//!
//! AES-256-GCM with a random nonce. The ciphertext is prefixed with the id of its key, so that keys can be
//! changed while older values stay readable. The owner of the value (a table and row) is authenticated with
//! it, so a ciphertext that is copied to another row cannot be decrypted there.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::secret::SecretBytes;

const NONCE_LENGTH: usize = 12;
const KEY_ID_LENGTH: usize = 4;

/// The keys that encrypt and decrypt values. The first one encrypts; all of them decrypt.
#[derive(Clone)]
pub struct SealingKeys(Vec<Key>);

/// Identifies a key without revealing it. Derived from the key, shown as eight hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY_ID_LENGTH]);

#[derive(Clone)]
struct Key {
    id: KeyId,
    cipher: Aes256Gcm,
}

impl KeyId {
    /// The id of the key that encrypted `sealed`; `None` if it is not an encrypted value.
    pub fn of(sealed: &[u8]) -> Option<Self> {
        sealed.first_chunk().copied().map(Self)
    }

    /// The prefix of every value that the key has encrypted.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl SealingKeys {
    /// `current` encrypts new values; `older` keys only decrypt.
    ///
    /// A key is any secret of at least 16 bytes; it is hashed to the length AES-256 takes.
    pub fn new(current: &SecretBytes, older: &[SecretBytes]) -> Result<Self, Error> {
        std::iter::once(current).chain(older).map(Key::new).collect::<Result<_, _>>().map(Self)
    }

    /// Encrypts `plain`, bound to `owner` (for example `apps.client_secret:42`).
    #[expect(
        clippy::disallowed_methods,
        reason = "a nonce that is used twice breaks AES-GCM, so no caller chooses it"
    )]
    pub fn seal(&self, owner: &str, plain: &[u8]) -> Vec<u8> {
        let key = &self.0[0];
        let nonce = Nonce::from(rand::random::<[u8; NONCE_LENGTH]>());
        let payload = Payload { msg: plain, aad: owner.as_bytes() };
        let ciphertext =
            key.cipher.encrypt(&nonce, payload).expect("AES-GCM seals anything shorter than 64 GiB");
        [key.id.as_bytes(), &nonce[..], &ciphertext].concat()
    }

    /// Encrypts the same value with the current key.
    pub fn reseal(&self, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.seal(owner, self.open(owner, sealed)?.expose()))
    }

    /// The id of the current key.
    pub fn current(&self) -> KeyId {
        self.0[0].id
    }

    /// The ids of all keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.0.iter().map(|key| key.id)
    }

    /// Decrypts a value that [`SealingKeys::seal`] encrypted for the same `owner`.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<SecretBytes, Error> {
        let (id, rest) = sealed.split_first_chunk::<KEY_ID_LENGTH>().ok_or_else(unreadable)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or_else(unreadable)?;
        let key = self.0.iter().find(|key| key.id.0 == *id).ok_or_else(|| {
            Error::internal(
                "SEALING_KEY_MISSING",
                "A stored secret was sealed with a key that is not configured.",
            )
        })?;
        let payload = Payload { msg: ciphertext, aad: owner.as_bytes() };
        key.cipher.decrypt(&Nonce::from(*nonce), payload).map(SecretBytes::new).map_err(|_| unreadable())
    }
}

impl Key {
    fn new(secret: &SecretBytes) -> Result<Self, Error> {
        if secret.expose().len() < 16 {
            return Err(Error::invalid(
                "SEALING_KEY_TOO_SHORT",
                "An encryption key needs at least 16 bytes.",
            ));
        }
        let digest: [u8; 32] =
            Sha256::new_with_prefix(b"patchbay sealing key").chain_update(secret.expose()).finalize().into();
        let mut id = [0; KEY_ID_LENGTH];
        id.copy_from_slice(&Sha256::digest(digest)[..KEY_ID_LENGTH]);
        Ok(Self { id: KeyId(id), cipher: Aes256Gcm::new(&digest.into()) })
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKeys({} keys)", self.0.len())
    }
}

fn unreadable() -> Error {
    Error::internal("SEALED_VALUE_UNREADABLE", "A stored secret cannot be decrypted.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretBytes {
        SecretBytes::new(text.as_bytes())
    }

    #[test]
    fn a_sealed_value_opens_for_its_owner_only() {
        let keys = SealingKeys::new(&secret("0123456789abcdef"), &[]).unwrap();
        let sealed = keys.seal("apps:1", b"hunter2");
        assert_eq!(keys.open("apps:1", &sealed).unwrap().expose(), b"hunter2");
        assert_eq!(keys.open("apps:2", &sealed).unwrap_err().reason, "SEALED_VALUE_UNREADABLE");
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
    }

    #[test]
    fn an_older_key_still_opens_and_a_forgotten_one_is_named() {
        let (old, new) = (secret("old old old old old"), secret("new new new new new"));
        let sealed = SealingKeys::new(&old, &[]).unwrap().seal("x", b"v");
        assert!(SealingKeys::new(&new, &[old]).unwrap().open("x", &sealed).is_ok());
        let error = SealingKeys::new(&new, &[]).unwrap().open("x", &sealed).unwrap_err();
        assert_eq!(error.reason, "SEALING_KEY_MISSING");
    }

    #[test]
    fn a_value_of_an_older_key_is_encrypted_anew_with_the_current_key_for_the_same_owner() {
        let (old, new) = (secret("old old old old old"), secret("new new new new new"));
        let sealed = SealingKeys::new(&old, &[]).unwrap().seal("x", b"v");
        let both = SealingKeys::new(&new, &[old]).unwrap();
        assert_eq!(both.ids().nth(1), KeyId::of(&sealed));
        let resealed = both.reseal("x", &sealed).unwrap();
        assert_eq!(KeyId::of(&resealed), Some(both.current()));
        assert!(both.reseal("y", &sealed).is_err());
        let only_new = SealingKeys::new(&new, &[]).unwrap();
        assert_eq!(only_new.open("x", &resealed).unwrap().expose(), b"v");
        assert_eq!(KeyId::of(b"abc"), None);
    }

    #[test]
    fn damage_is_noticed() {
        let keys = SealingKeys::new(&secret("0123456789abcdef"), &[]).unwrap();
        let sealed = keys.seal("x", b"v");
        for index in 4..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[index] ^= 1;
            assert!(keys.open("x", &damaged).is_err(), "byte {index}");
        }
        for length in 0..sealed.len() {
            assert!(keys.open("x", &sealed[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(SealingKeys::new(&secret("short"), &[]).unwrap_err().reason, "SEALING_KEY_TOO_SHORT");
    }
}
