//! Searches for issues.

pub(crate) mod index_words;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod token;

use chrono::{DateTime, Utc};
use patchbay_domain::{EmailAddress, Result};

use crate::domain::issue::level::Level;
use crate::domain::issue::status::Status;
use crate::domain::search::text::Text;
use crate::domain::search::time::Span;
use crate::domain::search::token::{Token, invalid, tokens};

const MAX_QUERY: usize = 1000;
/// Each term costs a lookup in the index or a scan of the issues.
const MAX_TERMS: usize = 12;

/// A term of a search; an issue matches if all terms are true. `A` is the type of assignees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term<A> {
    /// The term matches issues for which the condition is false.
    pub(crate) is_negated: bool,
    pub(crate) condition: Condition<A>,
}

/// A condition on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition<A> {
    Status(Status),
    Assigned(A),
    Level(Level),
    FirstSeen(Span),
    LastSeen(Span),
    Text(Text),
}

/// The assignee in a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assigned {
    Anyone,
    Unassigned,
    Me,
    Team(String),
    Email(EmailAddress),
}

/// Parses a search. Unknown syntax is refused, never ignored.
///
/// # Errors
/// `INVALID_SEARCH`.
pub(crate) fn read(query: &str, now: DateTime<Utc>) -> Result<Vec<Term<Assigned>>> {
    if query.len() > MAX_QUERY {
        return Err(invalid("The search is too long."));
    }
    let tokens = tokens(query)?;
    if tokens.len() > MAX_TERMS {
        return Err(invalid(&format!("A search can have at most {MAX_TERMS} terms.")));
    }
    tokens.into_iter().map(|token| term(token, now)).collect()
}

fn term(Token { is_negated, key, value }: Token, now: DateTime<Utc>) -> Result<Term<Assigned>> {
    let condition = match &key {
        None => Some(Condition::Text(Text::read(&value))),
        Some(key) => match key.as_str() {
            "is" => is(&value),
            "assigned" | "assignee" | "assigned_or_suggested" => {
                Assigned::read(&value).map(Condition::Assigned)
            }
            "level" => Level::parse(&value).map(Condition::Level),
            "firstSeen" | "age" => time::span(&value, now).map(Condition::FirstSeen),
            "lastSeen" => time::span(&value, now).map(Condition::LastSeen),
            other => {
                let message = format!(
                    "Invalid key for this search: {other:.100}. To look for a text that has a colon, put it in quotes."
                );
                return Err(invalid(&message));
            }
        },
    };
    let condition = condition.ok_or_else(|| {
        let key = key.unwrap_or_default();
        invalid(&format!("Invalid value for \"{key}\" search, got \"{value:.100}\""))
    })?;
    Ok(Term { is_negated, condition })
}

fn is(value: &str) -> Option<Condition<Assigned>> {
    match value {
        "assigned" => Some(Condition::Assigned(Assigned::Anyone)),
        "unassigned" => Some(Condition::Assigned(Assigned::Unassigned)),
        // Sentry's current name of `ignored`.
        "archived" => Some(Condition::Status(Status::Ignored)),
        other => Status::parse(other).map(Condition::Status),
    }
}

impl Assigned {
    fn read(value: &str) -> Option<Self> {
        match value {
            "me" => Some(Self::Me),
            "none" => Some(Self::Unassigned),
            other => match other.strip_prefix('#') {
                Some(team) => Some(Self::Team(team.to_owned())),
                None => EmailAddress::parse(other).ok().map(Self::Email),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_now(query: &str) -> Result<Vec<Term<Assigned>>> {
        read(query, DateTime::UNIX_EPOCH)
    }

    fn only(query: &str) -> Condition<Assigned> {
        let mut terms = read_now(query).unwrap();
        assert_eq!((terms.len(), terms[0].is_negated), (1, false), "{query}");
        terms.remove(0).condition
    }

    #[test]
    fn a_query_is_filters_and_texts() {
        let terms = read_now(r#"is:unresolved !assigned:#core "TypeError: x" Foo.bar"#).unwrap();
        let term = |is_negated, condition| Term { is_negated, condition };
        let expected = [
            term(false, Condition::Status(Status::Unresolved)),
            term(true, Condition::Assigned(Assigned::Team("core".to_owned()))),
            term(false, Condition::Text(Text::read("TypeError: x"))),
            term(false, Condition::Text(Text::read("Foo.bar"))),
        ];
        assert_eq!(terms, expected);
        assert_eq!(read_now("  ").unwrap(), []);
    }

    #[test]
    fn an_assignee_can_be_named_in_many_ways() {
        for (query, expected) in [
            ("assigned:me", Assigned::Me),
            ("assigned:none", Assigned::Unassigned),
            ("is:unassigned", Assigned::Unassigned),
            ("is:assigned", Assigned::Anyone),
            ("assignee:Ada@Example.com", Assigned::Email("ada@example.com".parse().unwrap())),
        ] {
            assert_eq!(only(query), Condition::Assigned(expected), "{query}");
        }
    }

    #[test]
    fn level_and_times_are_filters() {
        assert_eq!(only("level:error"), Condition::Level(Level::Error));
        let day = time::span("2026-01-01", DateTime::UNIX_EPOCH).unwrap();
        for query in ["firstSeen:2026-01-01", "age:2026-01-01"] {
            assert_eq!(only(query), Condition::FirstSeen(day), "{query}");
        }
        assert_eq!(only("lastSeen:\"2026-01-01\""), Condition::LastSeen(day));
    }

    #[test]
    fn an_address_is_text_and_unknown_syntax_is_refused() {
        assert_eq!(only("http://a.example"), Condition::Text(Text::read("http://a.example")));
        let many = "a ".repeat(13);
        for query in [
            "is:open",
            "is:x",
            "!is:x",
            "is:Resolved",
            "level:bad",
            "level:[error,info]",
            "firstSeen:1d",
            "first_seen:-1d",
            "FirstSeen:-1d",
            "TypeError: x",
            "std::vec",
            "assigned:ada",
            "assigned:[me, none]",
            "assigned:\u{212a}ate@korp.io",
            "key:1",
            "has:user",
            "-a",
            &many,
            &"x".repeat(1001),
        ] {
            assert_eq!(read_now(query).unwrap_err().reason, "INVALID_SEARCH", "{query}");
        }
        let refused = read_now("alpha environment:prod").unwrap_err();
        assert!(refused.message.contains("Invalid key for this search: environment."), "{refused}");
    }

    proptest! {
        #[test]
        fn the_parser_accepts_or_refuses_every_query(query in "[a-c:!\" 🚀#.@<>=+0-9-]{0,30}|.{0,60}") {
            if let Ok(terms) = read_now(&query) {
                prop_assert_eq!(terms.is_empty(), query.trim().is_empty());
            }
        }
    }
}
