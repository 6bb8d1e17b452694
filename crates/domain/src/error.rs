//! The one error type that crosses the borders of services.
//!
//! An [`Error`] says what *kind* of refusal it is (the closed list that maps to gRPC codes and HTTP
//! statuses in `patchbay-rpc`), a stable machine-readable `reason`, and the words a person reads.
//! Internal detail (SQL, file names, other people's data) never goes into `message`; it is logged
//! where it happens.

use std::borrow::Cow;
use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The closed list of kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong; sending it again cannot help.
    Invalid,
    /// Nobody, or nobody we know, is asking.
    Unauthenticated,
    /// We know who is asking and they may not.
    Forbidden,
    /// There is no such thing, or the caller may not know that there is.
    NotFound,
    /// Somebody else was first.
    Conflict,
    /// The caller asks more often than allowed.
    TooManyRequests,
    /// A body or message is larger than allowed.
    TooLarge,
    /// A part that is needed is not there right now; trying again later is sensible.
    Unavailable,
    /// The work was not done within its time.
    DeadlineExceeded,
    /// Our fault.
    Internal,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// The field as the caller wrote it, `non_field_errors` for a rule over several.
    pub field: String,
    /// One sentence per broken rule.
    pub messages: Vec<String>,
}

/// A refusal or failure. See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// Stable, `SCREAMING_SNAKE_CASE`; programs may match on it.
    pub reason: Cow<'static, str>,
    /// For people. Sentry's own wording where its contract has one.
    pub message: String,
    /// Field by field, in the order in which the rules were checked. Empty unless `kind` is `Invalid` or `Forbidden`.
    pub fields: Vec<FieldViolation>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(reason: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
            Self { kind: ErrorKind::$kind, reason: reason.into(), message: message.into(), fields: Vec::new() }
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

    /// No credentials were given at all.
    pub fn no_credentials() -> Self {
        Self::unauthenticated("NO_CREDENTIALS", "Authentication credentials were not provided.")
    }

    /// The caller is known and may not do this.
    pub fn permission_denied() -> Self {
        Self::forbidden("PERMISSION_DENIED", "You do not have permission to perform this action.")
    }

    /// One broken rule of one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid("INVALID_FIELD", "The request has invalid fields.").with_field(field, message)
    }

    /// Adds a broken rule; rules of the same field are gathered under it.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        match self.fields.iter_mut().find(|violation| violation.field == field) {
            Some(violation) => violation.messages.push(message),
            None => self.fields.push(FieldViolation { field, messages: vec![message] }),
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
