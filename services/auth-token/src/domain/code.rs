//! Secrets as callers present them.

use patchbay_domain::token;

/// No secret of ours is longer; whatever is cannot be known and is not worth a hash or a query.
const MAX_BYTES: usize = 512;

/// SHA-256 of a secret, the form in which everything is stored and found.
pub(crate) type Hash = [u8; 32];

/// The hash to look for, `None` for text that cannot be a secret of ours.
pub(crate) fn presented(text: &str) -> Option<Hash> {
    (!text.is_empty() && text.len() <= MAX_BYTES).then(|| token::hash(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_a_sensible_length_is_looked_for() {
        let cases = [
            ("", false),
            ("a", true),
            ("\0\r\n\u{7f}", true),
            (&"a".repeat(512), true),
            (&"a".repeat(513), false),
            (&"ü".repeat(257), false),
        ];
        for (text, looked_for) in cases {
            assert_eq!(presented(text).is_some(), looked_for, "{} bytes", text.len());
        }
    }
}
