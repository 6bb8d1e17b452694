//! The error type that services return to each other.
//!
//! An [`Error`] has a kind, which `patchbay-rpc` maps to a gRPC code and an HTTP status, a stable machine-readable `reason`, and a
//! `message` for people. Internal details (SQL, file names, data of other users) never go into `message`; they are logged
//! where they occur.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request is invalid; a retry cannot succeed.
    Invalid,
    /// The caller gave no credentials, or invalid ones.
    Unauthenticated,
    /// The caller is known and lacks the right.
    Forbidden,
    /// The resource does not exist, or the caller may not learn that it does.
    NotFound,
    /// The request conflicts with the current state.
    Conflict,
    /// The caller has exceeded a rate limit.
    TooManyRequests,
    /// A body or message exceeds its size limit.
    TooLarge,
    /// A required component is not available; a later retry may succeed.
    Unavailable,
    /// The request was not finished within its deadline.
    DeadlineExceeded,
    /// A fault of the service.
    Internal,
}

/// The broken rules of one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// The name of the field in the request; `non_field_errors` for a rule over several fields.
    pub field: String,
    /// One sentence per broken rule.
    pub messages: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// Stable and in `SCREAMING_SNAKE_CASE`; programs may match on it.
    pub reason: Cow<'static, str>,
    /// For people, in Sentry's wording where its contract defines one.
    pub message: String,
    /// In the order in which the rules were checked. Empty unless `kind` is `Invalid` or `Forbidden`.
    pub fields: Vec<FieldViolation>,
    /// After this time the same request may succeed; `None` if that is not known.
    pub retry_after: Option<Duration>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(reason: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
            let (reason, message) = (reason.into(), message.into());
            Self { kind: ErrorKind::$kind, reason, message, fields: Vec::new(), retry_after: None }
        })*
    };
}

impl Error {
    constructors! {
        /// [`ErrorKind::Invalid`]
        invalid => Invalid;
        /// [`ErrorKind::Unauthenticated`]
        unauthenticated => Unauthenticated;
        /// [`ErrorKind::Forbidden`]
        forbidden => Forbidden;
        /// [`ErrorKind::NotFound`]
        not_found => NotFound;
        /// [`ErrorKind::Conflict`]
        conflict => Conflict;
        /// [`ErrorKind::TooManyRequests`]
        too_many_requests => TooManyRequests;
        /// [`ErrorKind::TooLarge`]
        too_large => TooLarge;
        /// [`ErrorKind::Unavailable`]
        unavailable => Unavailable;
        /// [`ErrorKind::DeadlineExceeded`]
        deadline => DeadlineExceeded;
        /// [`ErrorKind::Internal`]. Log the cause; `message` goes to the caller.
        internal => Internal;
    }

    pub fn no_credentials() -> Self {
        Self::unauthenticated("NO_CREDENTIALS", "Authentication credentials were not provided.")
    }

    pub fn permission_denied() -> Self {
        Self::forbidden("PERMISSION_DENIED", "You do not have permission to perform this action.")
    }

    /// An error with one broken rule of one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid("INVALID_FIELD", "The request has invalid fields.").with_field(field, message)
    }

    /// Adds a broken rule. Rules of the same field are grouped.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        match self.fields.iter_mut().find(|violation| violation.field == field) {
            Some(violation) => violation.messages.push(message),
            None => self.fields.push(FieldViolation { field, messages: vec![message] }),
        }
        self
    }

    /// The same error with other names of its fields, for callers that know them by those.
    #[must_use]
    pub fn with_fields_named(mut self, name: impl Fn(&str) -> &str) -> Self {
        for violation in &mut self.fields {
            violation.field = name(&violation.field).to_owned();
        }
        self
    }

    /// Whether the same request may succeed when it is sent again.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Unavailable | ErrorKind::DeadlineExceeded | ErrorKind::TooManyRequests)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.reason)?;
        for violation in &self.fields {
            write!(f, "; {}: {}", violation.field, violation.messages.join(" "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_the_same_field_are_gathered() {
        let error =
            Error::field("name", "too long").with_field("scopes", "unknown").with_field("name", "taken");
        assert_eq!(error.fields.len(), 2);
        assert_eq!(error.fields[0].messages, ["too long", "taken"]);
    }
}
