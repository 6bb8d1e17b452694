//! Masks the credentials of an app in what its receiver answers, because a receiver may echo the request.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Replaces the values of custom headers, which carry credentials.
pub(crate) const MASK: &str = "********";

/// Shorter values are not masked: they are no credentials, and masking every `1` would make a response unreadable.
const SHORTEST_SECRET: usize = 6;

/// The credentials of one app. Built when the app changes, so that masking is one pass over the text.
#[derive(Clone)]
pub(crate) struct Mask {
    /// `None` if the credentials are too much for a search, which the limits of the app registry exclude. Then everything is
    /// masked.
    secrets: Option<AhoCorasick>,
    longest: usize,
}

impl Mask {
    pub(crate) fn new(custom: &[(String, String)]) -> Self {
        let secrets = custom.iter().map(|(_, value)| value).filter(|value| value.len() >= SHORTEST_SECRET);
        let longest = secrets.clone().map(String::len).max().unwrap_or_default();
        // The other kinds need megabytes for long values.
        let secrets = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(secrets);
        Self { secrets: secrets.ok(), longest }
    }

    /// The masked beginning of a text: at least its first `length` bytes. `is_cut` tells that more followed.
    ///
    /// If the text is cut, here or before, the part in which a credential may have begun is left out.
    pub(crate) fn beginning(&self, text: &[u8], length: usize, is_cut: bool) -> Vec<u8> {
        let Some(secrets) = &self.secrets else { return MASK.into() };
        let rest_of_secret = self.longest.saturating_sub(1);
        let head = &text[..text.len().min(length + rest_of_secret)];
        let end = match is_cut || head.len() < text.len() {
            true => head.len().saturating_sub(rest_of_secret),
            false => head.len(),
        };
        let mut masked = Vec::with_capacity(end);
        let mut from = 0;
        for found in secrets.find_iter(head).take_while(|found| found.start() < end) {
            masked.extend_from_slice(&head[from..found.start()]);
            masked.extend_from_slice(MASK.as_bytes());
            from = found.end();
        }
        masked.extend_from_slice(head.get(from..end).unwrap_or_default());
        masked
    }

    /// A whole text, masked.
    pub(crate) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.beginning(text.as_bytes(), text.len(), false)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mask(values: &[&str]) -> Mask {
        let custom: Vec<_> = values.iter().map(|value| ("X-Token".to_owned(), (*value).to_owned())).collect();
        Mask::new(&custom)
    }

    #[test]
    fn credentials_are_replaced_and_short_values_are_not() {
        let mask = mask(&["hunter2", "hunter2 and more", "1"]);
        assert_eq!(mask.text("1 hunter2, hunter2 and more; hunter"), "1 ********, ********; hunter");
    }

    #[test]
    fn what_is_masked_is_not_searched_again() {
        let values = vec!["******"; 20];
        let text = "*".repeat(64 * 1024);
        let masked = mask(&values).beginning(text.as_bytes(), 16 * 1024, true);
        assert!(masked.len() <= 16 * 1024 * 8 / 6 + MASK.len(), "{}", masked.len());
    }

    #[test]
    fn a_credential_that_the_cut_divides_is_not_shown() {
        let mask = mask(&["hunter2"]);
        for cut in 1..7 {
            let text = format!("{}hunter2", "x".repeat(100));
            let received = &text.as_bytes()[..100 + cut];
            let shown = String::from_utf8(mask.beginning(received, 1000, true)).unwrap();
            assert!(!shown.contains('h'), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn no_credential_is_left_wherever_the_text_is_cut(
            pieces in proptest::collection::vec(prop_oneof!["[xy]{0,9}", Just("secret-one".to_owned()), Just("secret-number-two".to_owned())], 0..30),
            length in 0..60_usize,
        ) {
            let mask = mask(&["secret-one", "secret-number-two"]);
            let text = pieces.concat();
            for is_cut in [false, true] {
                let shown = String::from_utf8(mask.beginning(text.as_bytes(), length, is_cut)).unwrap();
                prop_assert!(!shown.contains("secr"), "{shown}");
                if text.len() <= length && !is_cut {
                    let expected = text.replace("secret-one", MASK).replace("secret-number-two", MASK);
                    prop_assert_eq!(shown, expected);
                }
            }
        }
    }
}
