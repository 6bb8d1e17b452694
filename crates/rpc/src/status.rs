//! The one table of failures: domain error, gRPC code, HTTP status.
//!
//! Across gRPC an error keeps its `reason` (in `google.rpc.ErrorInfo`, domain `patchbay`) and its field
//! violations (in `google.rpc.BadRequest`), so that the gateway can say exactly what the owner of a resource said.

use std::time::Duration;

use patchbay_domain::{Error, ErrorKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

const ERROR_DOMAIN: &str = "patchbay";

/// After how long what was refused for want of room or of a peer is worth trying again; for clients that read
/// `google.rpc.RetryInfo`.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Each kind once. Both mappings and their inverse are read from here.
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

/// The HTTP status that goes with a kind of error.
pub fn http_status(kind: ErrorKind) -> u16 {
    row(kind).2
}

/// The error as it travels between services.
pub fn from_error(error: Error) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(error.reason.as_ref(), ERROR_DOMAIN, std::collections::HashMap::new());
    if let ErrorKind::Unavailable | ErrorKind::TooManyRequests = error.kind {
        details.set_retry_info(Some(RETRY_AFTER));
    }
    for violation in &error.fields {
        for message in &violation.messages {
            details.add_bad_request_violation(violation.field.as_str(), message.as_str());
        }
    }
    Status::with_error_details(row(error.kind).1, error.message, details)
}

/// The error that another service sent, or what a failed connection means.
///
/// A status without our [`ErrorInfo`](tonic_types::ErrorInfo) comes from the transport; its text names hosts and
/// ports, so it is replaced by one that a caller may see.
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
