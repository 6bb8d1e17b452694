//! What is kept of a failed attempt for the app's developers to read.

use std::collections::BTreeMap;

/// Characters of a body that are kept.
const KEPT: usize = 4096;
/// Characters of a body that Sentry's log shows.
const SHOWN: usize = 1024;

/// Shown instead of the value of a custom header: those carry credentials.
const MASK: &str = "********";

/// Shorter values are no credentials, and replacing every `1` of an answer would leave nothing to read.
const SHORTEST_SECRET: usize = 6;

/// The headers sent, values of `custom` ones masked where they were not replaced by ours.
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

/// The first characters of a body, without what PostgreSQL cannot store.
pub(crate) fn shown_body(body: &[u8]) -> String {
    // A character has four bytes at most.
    let head = &body[..body.len().min(KEPT * 4)];
    String::from_utf8_lossy(head).chars().filter(|c| *c != '\0').take(KEPT).collect()
}

/// [`shown_body`] of an answer; a receiver that echoes the request would put credentials into our log.
pub(crate) fn shown_answer(body: &[u8], custom: &[(String, String)]) -> String {
    let secrets = custom.iter().map(|(_, value)| value).filter(|value| value.len() >= SHORTEST_SECRET);
    let text = String::from_utf8_lossy(body);
    let masked = secrets.fold(text.into_owned(), |text, secret| text.replace(secret.as_str(), MASK));
    shown_body(masked.as_bytes())
}

/// As much of what is kept as Sentry's log shows.
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
    fn custom_values_are_masked_and_ours_are_shown() {
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
        let custom = [pair("Authorization", "Bearer hunter2"), pair("X-Short", "1")];
        let at_the_cut = format!("{}Bearer hunter2", "x".repeat(4092));
        for body in ["you sent Bearer hunter2, 1", &at_the_cut] {
            let shown = shown_answer(body.as_bytes(), &custom);
            assert!(!shown.contains("Bear"), "{shown}");
        }
        assert!(shown_answer(b"1 error", &custom).contains('1'));
    }
}
