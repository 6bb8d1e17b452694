//! Values that must not be printed.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Text that is wiped when dropped, prints as `[redacted]` and is compared in constant time.
#[derive(Clone)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value. Call this where the value is used; keep the [`SecretString`] everywhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretString {}

impl From<String> for SecretString {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl std::str::FromStr for SecretString {
    type Err = std::convert::Infallible;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Ok(Self::new(value))
    }
}

/// Bytes with the same properties as [`SecretString`].
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for SecretBytes {}

macro_rules! redacted {
    ($($type:ty),*) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[redacted]")
            }
        })*
    };
}

redacted!(SecretString, SecretBytes);

/// Fewer bytes can be guessed.
const MIN_BYTES: usize = 16;
/// A text of fewer different characters is a placeholder, such as `xxxxxxxxxxxxxxxx`.
const MIN_DIFFERENT: usize = 6;

/// Why a key or secret that an operator chose is too easy to guess; `None` if it is not. It completes a sentence about the setting.
pub fn weakness(secret: &str) -> Option<String> {
    let different: std::collections::HashSet<char> = secret.chars().collect();
    if secret.len() < MIN_BYTES {
        Some(format!("is shorter than {MIN_BYTES} bytes; `openssl rand -hex 32` makes a good one"))
    } else if different.len() < MIN_DIFFERENT {
        let few = format!("has fewer than {MIN_DIFFERENT} different characters");
        Some(format!("{few}; `openssl rand -hex 32` makes a good one"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = SecretString::new("hunter2");
        assert_eq!(format!("{secret:?} {:?}", SecretBytes::new(*b"hunter2")), "[redacted] [redacted]");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn short_and_monotonous_secrets_are_weak() {
        for weak in ["", "a", "fifteen-bytes-x", &"a".repeat(64), "abcabcabcabcabcabc"] {
            assert!(weakness(weak).is_some(), "{weak}");
        }
        for fine in ["a secret of tests", "0123456789abcdef", "dev-only-service-secret"] {
            assert_eq!(weakness(fine), None, "{fine}");
        }
        assert!(weakness("a").unwrap().starts_with("is shorter than 16 bytes"));
    }
}
