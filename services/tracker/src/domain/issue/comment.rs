use chrono::{DateTime, Utc};
use patchbay_domain::{Caller, Error, Result};

const MAX_TEXT: usize = 10_000;

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: i64,
    pub(crate) author: Author,
    pub(crate) text: String,
    pub(crate) created_at: DateTime<Utc>,
}

/// The author of a comment or change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    User(i64),
    App(i64),
    System,
}

impl Author {
    pub(crate) fn of(caller: &Caller) -> Self {
        match caller {
            Caller::User(user) => Self::User(user.user_id),
            Caller::App(app) => Self::App(app.app_id),
            Caller::Anonymous | Caller::Service(_) | Caller::Operator => Self::System,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::App(_) => "app",
            Self::System => "system",
        }
    }

    pub(crate) fn user_id(self) -> Option<i64> {
        if let Self::User(id) = self { Some(id) } else { None }
    }

    pub(crate) fn app_id(self) -> Option<i64> {
        if let Self::App(id) = self { Some(id) } else { None }
    }

    pub(crate) fn from_stored(user_id: Option<i64>, app_id: Option<i64>) -> Self {
        match (user_id, app_id) {
            (Some(id), _) => Self::User(id),
            (None, Some(id)) => Self::App(id),
            (None, None) => Self::System,
        }
    }
}

/// Checks the text of a comment. Unlike other texts it may have several lines.
///
/// # Errors
/// `INVALID_FIELD` (text).
pub(crate) fn read_text(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field("text", "This field may not be blank."));
    }
    if text.contains('\0') {
        return Err(Error::field("text", "Null characters are not allowed."));
    }
    if text.chars().count() > MAX_TEXT {
        let message = format!("Ensure this field has no more than {MAX_TEXT} characters.");
        return Err(Error::field("text", message));
    }
    Ok(text.to_owned())
}

/// Permits the author of a comment, services and operators. For other callers the comment does not exist.
///
/// # Errors
/// `COMMENT_NOT_FOUND`.
pub(crate) fn may_change(caller: &Caller, author: Author) -> Result<()> {
    let is_own = Author::of(caller) == author && author != Author::System;
    if is_own || caller.is_internal() { Ok(()) } else { Err(not_found()) }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("COMMENT_NOT_FOUND", "The requested resource does not exist")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_has_lines_and_a_maximum_length() {
        assert_eq!(read_text(" two\nlines ").unwrap(), "two\nlines");
        for text in ["", " \n", "a\0b", &"x".repeat(MAX_TEXT + 1)] {
            assert_eq!(read_text(text).unwrap_err().fields[0].field, "text");
        }
    }

    #[test]
    fn only_the_author_changes_a_comment() {
        assert!(may_change(&Caller::Operator, Author::User(1)).is_ok());
        assert!(may_change(&Caller::Anonymous, Author::System).is_err());
        assert!(may_change(&Caller::Anonymous, Author::User(1)).is_err());
    }
}
