//! The tokens of a search.

use patchbay_domain::{Error, Result};

/// One part of a search as it is written: `text`, `"text"` or `key:value`, behind a `!` for the opposite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) is_negated: bool,
    /// What stands before the colon.
    pub(crate) key: Option<String>,
    /// Never empty.
    pub(crate) value: String,
}

/// The parts of a search, in their order.
///
/// # Errors
/// `INVALID_SEARCH` for syntax that only other search languages support. Ignoring it would find, or change, unintended
/// issues.
pub(crate) fn tokens(query: &str) -> Result<Vec<Token>> {
    if query.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err(invalid("The search contains a control character."));
    }
    let mut tokens = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let (token, behind) = token(rest)?;
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

/// The first part, and what stands behind it.
fn token(text: &str) -> Result<(Token, &str)> {
    let (is_negated, text) = text.strip_prefix('!').map_or((false, text), |text| (true, text));
    let (key, text) = key(text)?;
    let (value, behind) = match text.strip_prefix('"') {
        Some(text) => quoted(text)?,
        None => {
            let (value, behind) = bare(text);
            if key.is_none() {
                check_bare(value)?;
            }
            (value.to_owned(), behind)
        }
    };
    if value.trim().is_empty() {
        return Err(match key {
            Some(key) => invalid(&format!("Empty string after '{key:.100}:'")),
            None => invalid("The search contains an empty text."),
        });
    }
    Ok((Token { is_negated, key, value }, behind))
}

/// What stands before the colon of the first part, and the text behind the colon. An address such as `http://x` is no key.
fn key(text: &str) -> Result<(Option<String>, &str)> {
    let part = text.split(|c: char| c == '"' || c.is_whitespace()).next().unwrap_or_default();
    match part.split_once(':') {
        Some(("", _)) => {
            Err(invalid("A colon has to follow the key of a filter; put a text that has colons in quotes."))
        }
        Some((key, value)) if !value.starts_with("//") => Ok((Some(key.to_owned()), &text[key.len() + 1..])),
        _ => Ok((None, text)),
    }
}

fn bare(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// The text up to the closing quotation mark, in which `\` takes the next character for itself.
fn quoted(text: &str) -> Result<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((position, c)) = characters.next() {
        match c {
            '"' => {
                let behind = &text[position + 1..];
                if behind.starts_with(|c: char| !c.is_whitespace()) {
                    return Err(invalid("White space has to follow a closing quotation mark."));
                }
                return Ok((value, behind));
            }
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    Err(invalid("A quotation mark is not closed."))
}

fn check_bare(text: &str) -> Result<()> {
    let quote = "to look for the text itself, put it in quotes";
    if text.starts_with('-') {
        return Err(invalid(&format!(
            "A term cannot begin with \"-\": leave issues out with \"!term\"; {quote}."
        )));
    }
    if text.starts_with('!') {
        return Err(invalid(&format!("A term cannot begin with \"!!\"; {quote}.")));
    }
    if matches!(text, "AND" | "OR" | "NOT") || text.starts_with('(') {
        let message = format!("Boolean statements such as \"{text:.100}\" are not supported; {quote}.");
        return Err(invalid(&message));
    }
    if text.contains(['*', '"']) {
        return Err(invalid(&format!("\"*\" and quotation marks inside a term are not supported; {quote}.")));
    }
    Ok(())
}

pub(crate) fn invalid(message: &str) -> Error {
    Error::invalid("INVALID_SEARCH", message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(text: &str, is_negated: bool, key: Option<&str>) -> Token {
        Token { is_negated, key: key.map(str::to_owned), value: text.to_owned() }
    }

    #[test]
    fn a_search_is_texts_and_filters_and_their_opposites() {
        let query = concat!(
            r#" disk !full "on \"disk\" 7" !"a: b" is:resolved !assigned:me assigned:"#,
            "\"x y\" http://a.example:80/b\u{3000}🚀 a-b ",
        );
        let expected = [
            token("disk", false, None),
            token("full", true, None),
            token("on \"disk\" 7", false, None),
            token("a: b", true, None),
            token("resolved", false, Some("is")),
            token("me", true, Some("assigned")),
            token("x y", false, Some("assigned")),
            token("http://a.example:80/b", false, None),
            token("🚀", false, None),
            token("a-b", false, None),
        ];
        assert_eq!(tokens(query).unwrap(), expected);
        assert_eq!(tokens(" \t\u{a0}").unwrap(), []);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for query in [
            "-alpha",
            "!-alpha",
            "!",
            "! a",
            "!!a",
            "\"",
            "\"a",
            "\"a\"b",
            "a\"b\"",
            "\"\"",
            "\" \"",
            "!\"\"",
            "a OR b",
            "AND",
            "NOT a",
            "(a b)",
            "a*",
            "*",
            ":a",
            ":",
            "is:",
            "is: resolved",
            "is:\"\"",
            "is:\"a\"b",
            "a\0",
            "\u{7f}",
        ] {
            assert_eq!(
                tokens(query).map_err(|error| error.reason),
                Err("INVALID_SEARCH".into()),
                "{query:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_search_is_dropped(query in "[ \"!:\\\\a-c/🚀-]{0,20}|.{0,40}") {
            let Ok(tokens) = tokens(&query) else { return Ok(()) };
            let kept: String = tokens.iter().flat_map(|token| token.key.iter().chain([&token.value])).map(String::as_str).collect();
            let is_content = |c: &char| !c.is_whitespace() && !matches!(c, '!' | '"' | ':' | '\\');
            prop_assert_eq!(
                kept.chars().filter(is_content).collect::<String>(),
                query.chars().filter(is_content).collect::<String>()
            );
            prop_assert_eq!(tokens.is_empty(), query.trim().is_empty());
        }
    }
}
