//! Secrets as callers present them.

use patchbay_domain::token;

/// Every issued secret is shorter. Longer text is unknown without a hash or a query.
const MAX_BYTES: usize = 512;

/// SHA-256 of a secret. Secrets are stored and found by it.
pub(crate) type Hash = [u8; 32];

/// The hash of a presented secret; `None` for text that cannot be an issued secret.
pub(crate) fn presented(text: &str) -> Option<Hash> {
    (!text.is_empty() && text.len() <= MAX_BYTES).then(|| token::hash(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_a_possible_length_is_hashed() {
        let cases = [
            ("", false),
            ("a", true),
            ("\0\r\n\u{7f}", true),
            (&"a".repeat(512), true),
            (&"a".repeat(513), false),
            (&"ü".repeat(257), false),
        ];
        for (text, is_hashed) in cases {
            assert_eq!(presented(text).is_some(), is_hashed, "{} bytes", text.len());
        }
    }
}
