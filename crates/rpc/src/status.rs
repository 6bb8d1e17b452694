//! The mapping between domain errors, gRPC codes and HTTP statuses.
//!
//! In a gRPC status an error keeps its `reason` (in `google.rpc.ErrorInfo`, domain `patchbay`) and its field violations (in
//! `google.rpc.BadRequest`), so that the gateway returns exactly the error of the service that owns the resource.

use std::borrow::Cow;
use std::time::Duration;

use patchbay_domain::shortened::cut;
use patchbay_domain::{Error, ErrorKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

const ERROR_DOMAIN: &str = "patchbay";

/// The delay, unless the error states one, before a retry of a call that was refused because of a limit or an unavailable service, for clients that read
/// `google.rpc.RetryInfo`.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Bytes of the percent-encoded message.
///
/// A status is sent in HTTP/2 headers. Headers that are too large fail the call and can end the connection, and with it all other
/// calls. The bounds of this module keep a status well below [`MAX_HEADER_BYTES`](crate::headers::MAX_HEADER_BYTES).
pub(crate) const MAX_MESSAGE_BYTES: usize = 1024;
/// Bytes of all violations; base64 makes 8 KiB of them.
const MAX_VIOLATIONS_BYTES: usize = 6 * 1024;
const MAX_VIOLATIONS: usize = 100;
const MAX_FIELD_BYTES: usize = 128;
const MAX_VIOLATION_BYTES: usize = 512;
const MAX_REASON_BYTES: usize = 64;
/// Bytes that the encoding adds to a violation.
const VIOLATION_OVERHEAD: usize = 10;

/// Has each kind once.
const TABLE: &[(ErrorKind, Code, u16)] = &[
    (ErrorKind::Invalid, Code::InvalidArgument, 400),
    (ErrorKind::Unauthenticated, Code::Unauthenticated, 401),
    (ErrorKind::Forbidden, Code::PermissionDenied, 403),
    (ErrorKind::NotFound, Code::NotFound, 404),
    (ErrorKind::Conflict, Code::AlreadyExists, 409),
    (ErrorKind::TooLarge, Code::OutOfRange, 413),
    (ErrorKind::TooManyRequests, Code::ResourceExhausted, 429),
    (ErrorKind::Unavailable, Code::Unavailable, 503),
    (ErrorKind::DeadlineExceeded, Code::DeadlineExceeded, 504),
    (ErrorKind::Internal, Code::Internal, 500),
];

fn row(kind: ErrorKind) -> &'static (ErrorKind, Code, u16) {
    TABLE.iter().find(|(listed, ..)| *listed == kind).expect("a test checks that every kind is in the table")
}

pub fn http_status(kind: ErrorKind) -> u16 {
    row(kind).2
}

/// Converts the error for a gRPC response. Texts that exceed the bounds of a status are cut.
pub fn from_error(error: Error) -> Status {
    let mut details = ErrorDetails::new();
    let reason = cut(&error.reason, MAX_REASON_BYTES, char::len_utf8);
    details.set_error_info(reason, ERROR_DOMAIN, std::collections::HashMap::new());
    if let ErrorKind::Unavailable | ErrorKind::TooManyRequests = error.kind {
        details.set_retry_info(Some(error.retry_after.unwrap_or(RETRY_AFTER)));
    }
    add_violations(&mut details, &error);
    Status::with_error_details(row(error.kind).1, bounded_message(&error.message), details)
}

/// Adds as many violations as fit, in their order. The last one states how many are missing.
fn add_violations(details: &mut ErrorDetails, error: &Error) {
    let violations = error
        .fields
        .iter()
        .flat_map(|violation| violation.messages.iter().map(|message| (violation.field.as_str(), message)));
    let total = violations.clone().count();
    let mut room = MAX_VIOLATIONS_BYTES;
    let (mut added, mut last_field) = (0, Cow::Borrowed(""));
    for (field, message) in violations.take(MAX_VIOLATIONS) {
        let field = cut(field, MAX_FIELD_BYTES, char::len_utf8);
        let message = cut(message, MAX_VIOLATION_BYTES, char::len_utf8);
        let size = field.len() + message.len() + VIOLATION_OVERHEAD;
        if size > room {
            break;
        }
        room -= size;
        details.add_bad_request_violation(field.as_ref(), message);
        (added, last_field) = (added + 1, field);
    }
    if added < total {
        details.add_bad_request_violation(last_field, format!("… and {} more.", total - added));
    }
}

/// The message, cut to the bound of its encoded form.
pub(crate) fn bounded_message(message: &str) -> Cow<'_, str> {
    cut(message, MAX_MESSAGE_BYTES, |character| match character {
        // These characters and all beyond ASCII are sent as `%` and two digits for each byte.
        ' ' | '"' | '#' | '%' | '<' | '>' | '`' | '?' | '{' | '}' => 3,
        character if character.is_ascii_graphic() => 1,
        character => 3 * character.len_utf8(),
    })
}

/// tonic's refusal of a message that exceeds the limit, with a reason. `None` for any other status.
pub(crate) fn too_large_message(status: &Status) -> Option<Status> {
    let sizes = status.message().strip_prefix("Error, decoded message length too large: found ")?;
    let (size, limit) = sizes.strip_suffix(" bytes")?.split_once(" bytes, the limit is: ")?;
    let message = format!("The message has {size} bytes, and the limit is {limit}.");
    Some(from_error(Error::too_large("MESSAGE_TOO_LARGE", message)))
}

/// Converts a gRPC status to the error that another service returned.
///
/// A status without our [`ErrorInfo`](tonic_types::ErrorInfo) comes from the transport. Its message contains hosts and ports, so it is
/// replaced by one that a caller may see.
pub fn to_error(status: &Status) -> Error {
    let kind = kind(status.code());
    let details = status.get_error_details();
    let Some(info) = details.error_info().filter(|info| info.domain == ERROR_DOMAIN) else {
        return from_transport(kind);
    };
    let error = Error {
        kind,
        reason: info.reason.clone().into(),
        message: status.message().to_owned(),
        fields: Vec::new(),
        retry_after: details.retry_info().and_then(|info| info.retry_delay),
    };
    let violations =
        details.bad_request().map(|request| request.field_violations.as_slice()).unwrap_or_default();
    violations
        .iter()
        .fold(error, |error, violation| error.with_field(&violation.field, &violation.description))
}

fn kind(code: Code) -> ErrorKind {
    match TABLE.iter().find(|(_, listed, _)| *listed == code) {
        Some((kind, ..)) => *kind,
        None if code == Code::Aborted => ErrorKind::Conflict,
        None if code == Code::Cancelled => ErrorKind::DeadlineExceeded,
        None => ErrorKind::Internal,
    }
}

fn from_transport(kind: ErrorKind) -> Error {
    match kind {
        ErrorKind::Unavailable => {
            Error::unavailable("SERVICE_UNAVAILABLE", "A part of the service is not available right now.")
        }
        ErrorKind::DeadlineExceeded => Error::deadline("DEADLINE_EXCEEDED", "The request took too long."),
        ErrorKind::TooLarge | ErrorKind::TooManyRequests => {
            Error::too_large("MESSAGE_TOO_LARGE", "The message is too large.")
        }
        _ => Error::internal("INTERNAL", "Internal error."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::MAX_HEADER_BYTES;

    #[test]
    fn every_kind_is_in_the_table_once() {
        use ErrorKind::*;
        let kinds = [
            Invalid,
            Unauthenticated,
            Forbidden,
            NotFound,
            Conflict,
            TooManyRequests,
            TooLarge,
            Unavailable,
            DeadlineExceeded,
            Internal,
        ];
        for kind in kinds {
            assert_eq!(TABLE.iter().filter(|(listed, ..)| *listed == kind).count(), 1, "{kind:?}");
            assert_eq!(super::kind(row(kind).1), kind, "the code leads back");
        }
        assert_eq!(TABLE.len(), kinds.len());
    }

    #[test]
    fn an_error_comes_back_from_the_wire_as_it_was() {
        let error = Error::field("name", "Cannot exceed 57 characters")
            .with_field("scopes", "x not a valid scope")
            .with_field("scopes", "y not a valid scope");
        assert_eq!(to_error(&from_error(error.clone())), error);
        let plain = Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app");
        assert_eq!(to_error(&from_error(plain.clone())), plain);
    }

    #[test]
    fn whatever_an_error_says_its_status_stays_small() {
        let many = |field: &str, message: &str| {
            (0..2000).fold(Error::field(field, message), |error, _| error.with_field(field, message))
        };
        let of_many_fields = (0..2000)
            .fold(Error::field("name", "?"), |error, number| error.with_field(number.to_string(), "?"));
        let long = |text: &str| text.repeat(30_000);
        for error in [
            Error::not_found("X", long("q")),
            Error::not_found("X", long("ü 日")),
            Error::not_found(long("R"), long(" ")),
            Error::field(long("f"), long("\u{1f980}")),
            many("scopes", "x not a valid scope"),
            many(&"ü".repeat(300), &"ü".repeat(300)),
            of_many_fields,
        ] {
            let headers = from_error(error.clone()).into_http::<()>().into_parts().0.headers;
            assert!(headers["grpc-message"].len() <= MAX_MESSAGE_BYTES, "{headers:?}");
            let size: usize =
                headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
            assert!(size <= MAX_HEADER_BYTES, "{size}");
            let told = to_error(&from_error(error.clone()));
            assert_eq!(told.kind, error.kind, "it is still an error of ours");
        }
    }

    #[test]
    fn a_cut_error_says_so() {
        let message = to_error(&from_error(Error::not_found("X", "q".repeat(30_000)))).message;
        assert!(message.ends_with("qq…") && message.len() > 1000, "{message}");
        let many = (0..999).fold(Error::field("scopes", "x"), |error, _| error.with_field("scopes", "x"));
        let messages = to_error(&from_error(many)).fields.remove(0).messages;
        assert_eq!((messages.len(), messages[100].as_str()), (101, "… and 900 more."));
    }

    #[test]
    fn who_is_refused_for_want_of_room_is_told_when_to_try_again() {
        let told = |error| from_error(error).get_details_retry_info().and_then(|info| info.retry_delay);
        assert_eq!(told(Error::unavailable("OVERLOADED", "Full.")), Some(RETRY_AFTER));
        assert_eq!(told(Error::invalid("WRONG", "Wrong.")), None);
    }

    #[test]
    fn the_words_of_the_transport_stay_inside() {
        let error = to_error(&Status::unavailable("tcp connect error: 10.0.0.7:50051"));
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Unavailable, "SERVICE_UNAVAILABLE"));
        assert!(!error.message.contains("10.0.0.7"));
    }
}
