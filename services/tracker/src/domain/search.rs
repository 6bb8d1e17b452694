//! What somebody looks for among issues.

use patchbay_domain::{Error, Result};

use super::status::Status;
use super::words::words;

const MAX_QUERY: usize = 1000;
/// More words than this narrow nothing down.
const MAX_WORDS: usize = 8;

/// What somebody looks for; everything said has to be true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) status: Option<Status>,
    pub(crate) assigned: Option<Assigned>,
    /// In lower case; each is the beginning of a word of the issue.
    pub(crate) words: Vec<String>,
}

/// Whose an issue is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assigned {
    Anybody,
    Nobody,
    Me,
    Team(String),
    Email(String),
}

impl Search {
    /// # Errors
    /// `INVALID_SEARCH`.
    pub(crate) fn read(query: &str) -> Result<Self> {
        if query.len() > MAX_QUERY {
            return Err(invalid("The search is too long."));
        }
        let mut search = Self::default();
        for term in terms(query) {
            match filter(&term) {
                Some(("is", value)) => search.read_is(value)?,
                Some(("assigned" | "assignee" | "assigned_or_suggested", value)) => {
                    search.assigned = Some(Assigned::read(value));
                }
                Some((key, _)) => return Err(invalid(&format!("Invalid key for this search: {key:.100}"))),
                None => search.words.extend(words(&term)),
            }
        }
        search.words.sort();
        search.words.dedup();
        search.words.truncate(MAX_WORDS);
        Ok(search)
    }

    fn read_is(&mut self, value: &str) -> Result<()> {
        match value {
            "assigned" => self.assigned = Some(Assigned::Anybody),
            "unassigned" => self.assigned = Some(Assigned::Nobody),
            // What Sentry's pages call ignored today.
            "archived" => self.status = Some(Status::Ignored),
            other => {
                let status = Status::parse(other).ok_or_else(|| {
                    invalid(&format!("Invalid value for \"is\" search, got \"{other:.100}\""))
                })?;
                self.status = Some(status);
            }
        }
        Ok(())
    }
}

impl Assigned {
    fn read(value: &str) -> Self {
        match value {
            "me" => Self::Me,
            "none" | "" => Self::Nobody,
            other => match other.strip_prefix('#') {
                Some(team) => Self::Team(team.to_owned()),
                None => Self::Email(other.to_ascii_lowercase()),
            },
        }
    }
}

/// Parts between white space; quotes hold parts together.
fn terms(query: &str) -> Vec<String> {
    let (mut terms, mut term, mut quoted) = (Vec::new(), String::new(), false);
    for c in query.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => terms.push(std::mem::take(&mut term)),
            c => term.push(c),
        }
    }
    terms.push(term);
    terms.retain(|term| !term.is_empty());
    terms
}

/// `key:value`, unless it is a text with a colon in it, as `TypeError:` and `http://x` are.
fn filter(term: &str) -> Option<(&str, &str)> {
    let (key, value) = term.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.');
    (is_key && !value.is_empty() && !value.starts_with("//")).then_some((key, value))
}

fn invalid(message: &str) -> Error {
    Error::invalid("INVALID_SEARCH", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_filters_and_words() {
        let search = Search::read(r#"is:unresolved assigned:#core "TypeError: x" Foo.bar"#).unwrap();
        assert_eq!(search.status, Some(Status::Unresolved));
        assert_eq!(search.assigned, Some(Assigned::Team("core".to_owned())));
        assert_eq!(search.words, ["bar", "foo", "typeerror", "x"]);
        assert_eq!(Search::read("  ").unwrap(), Search::default());
    }

    #[test]
    fn whose_an_issue_is_can_be_said_in_many_ways() {
        for (query, expected) in [
            ("assigned:me", Assigned::Me),
            ("assigned:none", Assigned::Nobody),
            ("is:unassigned", Assigned::Nobody),
            ("is:assigned", Assigned::Anybody),
            ("assigned:Ada@Example.com", Assigned::Email("ada@example.com".to_owned())),
        ] {
            assert_eq!(Search::read(query).unwrap().assigned, Some(expected), "{query}");
        }
    }

    #[test]
    fn an_address_is_text_and_an_unknown_filter_is_refused() {
        assert_eq!(Search::read("http://a.example").unwrap().words, ["a", "example", "http"]);
        for query in ["is:open", "level:error", "is:x", &"x".repeat(1001)] {
            assert_eq!(Search::read(query).unwrap_err().reason, "INVALID_SEARCH", "{query}");
        }
    }
}
