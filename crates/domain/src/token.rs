//! Bearer tokens, client ids and client secrets: 32 random bytes, written as 64 lower-case hexadecimal
//! digits.
//!
//! A token is shown once. Only its [`hash`] (to find it) and its [`last_four`] characters (to recognise it in
//! a list) are stored.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::secret::{SecretBytes, SecretString};

/// A new random token.
#[expect(clippy::disallowed_methods, reason = "no caller can make a secret repeatable")]
pub fn generate() -> SecretString {
    SecretString::new(hex::encode(rand::random::<[u8; 32]>()))
}

/// The stored hash of the token. Unsalted SHA-256 suffices, because the token has 256 random bits.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The last four characters, for display.
pub fn last_four(token: &str) -> String {
    let start = token.char_indices().rev().nth(3).map_or(0, |(index, _)| index);
    token[start..].to_owned()
}

/// A token that is derived from a server key and a context, so that it can be computed again instead of being
/// stored. `purpose` separates different uses of the same key.
pub fn derive(key: &SecretBytes, purpose: &str, context: &[u8]) -> SecretString {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes a key of any length");
    // The length separates pairs of purpose and context that are equal when concatenated.
    mac.update(&(purpose.len() as u64).to_be_bytes());
    mac.update(purpose.as_bytes());
    mac.update(context);
    SecretString::new(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_64_lower_case_hex_digits_and_never_the_same() {
        let (a, b) = (generate(), generate());
        assert_eq!(a.expose().len(), 64);
        assert!(a.expose().bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c)));
        assert_ne!(a, b);
    }

    #[test]
    fn the_last_four_characters_survive_short_and_odd_tokens() {
        assert_eq!(last_four("c66db8f1"), "b8f1");
        assert_eq!(last_four("abc"), "abc");
        assert_eq!(last_four(""), "");
        assert_eq!(last_four("éàüöß"), "àüöß");
    }

    #[test]
    fn a_derived_token_depends_on_key_purpose_and_context() {
        let key = SecretBytes::new(*b"key");
        let token = derive(&key, "access", b"1");
        assert_eq!(token, derive(&key, "access", b"1"));
        assert_ne!(token, derive(&key, "refresh", b"1"));
        assert_ne!(token, derive(&key, "access", b"2"));
        assert_ne!(token, derive(&SecretBytes::new(*b"yek"), "access", b"1"));
        assert_ne!(derive(&key, "a", b"bc"), derive(&key, "ab", b"c"));
    }
}
