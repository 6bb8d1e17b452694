//! Texts in a search.

use crate::domain::search::index_words::{LONGEST, words};

/// Maximum number of words that narrow a search; more bring no benefit.
const MOST_LEADING: usize = 4;

/// A text that a search looks for in titles and culprits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// Letters and digits only: the beginning of a word, in lower case. Found by the index.
    Word(String),
    /// Any other text, found literally except for the case of ASCII letters.
    Literal {
        text: String,
        /// Beginnings of words that each issue with this text has. They narrow the search by the index.
        leading: Vec<String>,
    },
}

impl Text {
    pub(crate) fn read(text: &str) -> Self {
        let mut found = words(text);
        if let (Some(word), None) = (found.next(), found.next())
            && text.chars().all(char::is_alphanumeric)
            // A longer word is cut in the index.
            && word.chars().count() < LONGEST
        {
            return Self::Word(word);
        }
        Self::Literal { text: text.to_ascii_lowercase(), leading: leading(text) }
    }
}

/// The words of the text except one at its beginning, because that can be the end of a longer word in the title.
fn leading(text: &str) -> Vec<String> {
    let behind_first = text.trim_start_matches(char::is_alphanumeric);
    words(behind_first).take(MOST_LEADING).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_are_a_word_and_everything_else_is_taken_literally() {
        let literal = |text: &str, leading: &[&str]| Text::Literal {
            text: text.to_owned(),
            leading: leading.iter().map(|word| (*word).to_owned()).collect(),
        };
        let (short, long) = ("x".repeat(39), "x".repeat(40));
        for (text, expected) in [
            ("Disk7", Text::Word("disk7".to_owned())),
            ("ÄRGER", Text::Word("ärger".to_owned())),
            (&short, Text::Word(short.clone())),
            (&long, literal(&long, &[])),
            ("🚀", literal("🚀", &[])),
            ("Foo🚀", literal("foo🚀", &[])),
            ("Foo.Bar", literal("foo.bar", &["bar"])),
            (".Foo", literal(".foo", &["foo"])),
            ("TypeError: X is no Ä 7 8", literal("typeerror: x is no Ä 7 8", &["x", "is", "no", "ä"])),
        ] {
            assert_eq!(Text::read(text), expected, "{text}");
        }
    }
}
