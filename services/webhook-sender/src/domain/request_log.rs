//! The part of an attempt that is stored for the app's developers.

use std::collections::BTreeMap;

use super::mask::{MASK, Mask};

/// Characters of a body that are stored.
const STORED: usize = 4096;
/// Characters of a body that Sentry's log shows.
const SHOWN: usize = 1024;

/// Bytes of the longest stored body: a character has four at most.
const STORED_BYTES: usize = STORED * 4;

/// The headers that were sent. The values of custom headers are masked, unless ours replaced them.
pub(crate) fn shown_headers(
    sent: &[(String, String)],
    custom: &[(String, String)],
) -> BTreeMap<String, String> {
    let mut shown: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (index, (name, value)) in sent.iter().enumerate() {
        let value = if index < custom.len() { MASK } else { value };
        shown.insert(name.to_ascii_lowercase(), (name.clone(), value.to_owned()));
    }
    shown.into_values().collect()
}

/// The first characters of a body, without null characters, which PostgreSQL cannot store.
pub(crate) fn shown_body(body: &[u8]) -> String {
    let head = &body[..body.len().min(STORED_BYTES)];
    String::from_utf8_lossy(head).chars().filter(|c| *c != '\0').take(STORED).collect()
}

/// [`shown_body`] of a response with the credentials masked. `is_cut` tells that the body went on.
pub(crate) fn shown_response(body: &[u8], is_cut: bool, mask: &Mask) -> String {
    shown_body(&mask.beginning(body, STORED_BYTES, is_cut))
}

/// Cuts a stored body to the length that Sentry's log shows.
pub(crate) fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn values_of_custom_headers_are_masked_and_ours_are_shown() {
        let custom = [pair("X-Token", "hunter2"), pair("request-id", "mine")];
        let sent = [custom.to_vec(), vec![pair("Request-ID", "ours")]].concat();
        let shown = shown_headers(&sent, &custom);
        let expected = [pair("Request-ID", "ours"), pair("X-Token", MASK)];
        assert_eq!(shown, BTreeMap::from(expected));
    }

    #[test]
    fn bodies_are_cut_by_characters_and_stay_text() {
        let cases = [
            ("é".repeat(5000).into_bytes(), "é".repeat(4096)),
            (b"a\0b".to_vec(), "ab".to_owned()),
            (vec![0xff, b'x'], "\u{fffd}x".to_owned()),
            (Vec::new(), String::new()),
        ];
        for (body, expected) in cases {
            assert_eq!(shown_body(&body), expected);
        }
        for (text, expected) in [("é".repeat(1025), "é".repeat(1024)), ("é".into(), "é".into())] {
            assert_eq!(cut(text), expected);
        }
    }

    #[test]
    fn an_echo_of_a_credential_is_masked_wherever_it_stands() {
        let mask = Mask::new(&[pair("Authorization", "Bearer hunter2"), pair("X-Short", "1")]);
        let at_the_cut = format!("{}Bearer hunter2", "x".repeat(4092));
        for body in ["you sent Bearer hunter2, 1", &at_the_cut] {
            let shown = shown_response(body.as_bytes(), false, &mask);
            assert!(!shown.contains("Bear"), "{shown}");
        }
        assert!(shown_response(b"1 error", false, &mask).contains('1'));
    }
}
