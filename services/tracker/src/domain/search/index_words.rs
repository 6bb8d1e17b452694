//! Words of the index of issues.

use std::collections::BTreeSet;

pub(crate) const LONGEST: usize = 40;
/// Maximum number of words of an issue.
const MOST: usize = 32;

/// The words of a text in lower case: runs of letters and digits, cut where they are overlong.
#[expect(
    clippy::disallowed_methods,
    reason = "people look for words of their language in any case; nothing is identified by a word"
)]
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(char::to_lowercase).take(LONGEST).collect())
}

/// The words of an issue.
pub(crate) fn words_of_issue(title: &str, culprit: &str) -> BTreeSet<String> {
    words(title).chain(words(culprit)).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        let found: Vec<_> = words("TypeError: Ärger in foo.bar(x2)").collect();
        assert_eq!(found, ["typeerror", "ärger", "in", "foo", "bar", "x2"]);
    }

    #[test]
    fn an_issue_has_a_bounded_number_of_words_of_bounded_length() {
        let title: String = (0..100).map(|n| format!("w{n} ")).collect();
        assert_eq!(words_of_issue(&title, "x").len(), MOST);
        assert!(words(&"x".repeat(1000)).all(|word| word.len() == LONGEST));
    }
}
