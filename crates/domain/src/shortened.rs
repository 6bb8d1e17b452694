//! Cuts values of callers that refusals repeat.

use std::borrow::Cow;

/// Characters of a value that a message repeats: enough for every valid slug, scope and event name.
const MOST: usize = 64;

/// The value as a message may repeat it: cut after 64 characters, with an ellipsis for the rest.
pub fn shortened(value: &str) -> Cow<'_, str> {
    cut(value, MOST, |_| 1)
}

/// The text if its characters weigh no more than `most` together; otherwise its beginning with an ellipsis, which
/// together weigh no more either.
pub fn cut(text: &str, most: usize, weight: impl Fn(char) -> usize) -> Cow<'_, str> {
    const ELLIPSIS: char = '…';
    let (mut weighed, mut end) = (0, 0);
    let room = most.saturating_sub(weight(ELLIPSIS));
    for (position, character) in text.char_indices() {
        weighed += weight(character);
        if weighed > most {
            return Cow::Owned(format!("{}{ELLIPSIS}", &text[..end]));
        }
        if weighed <= room {
            end = position + character.len_utf8();
        }
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_that_fits_is_repeated_as_it_is() {
        for value in ["", "acme", &"ü".repeat(64)] {
            assert_eq!(shortened(value), value);
        }
        assert_eq!(shortened(&"ü".repeat(65)), format!("{}…", "ü".repeat(63)));
        assert_eq!(shortened(&"q".repeat(30_000)).chars().count(), 64);
    }

    proptest! {
        #[test]
        fn nothing_that_was_cut_weighs_too_much(text in ".{0,80}", most in 3_usize..60) {
            let bytes = cut(&text, most, char::len_utf8);
            prop_assert!(bytes.len() <= most);
            let is_beginning = bytes.strip_suffix('…').is_some_and(|beginning| text.starts_with(beginning));
            prop_assert!(bytes == text || is_beginning);
        }
    }
}
