use patchbay_domain::Error;

/// As Sentry, an integration that the organization does not have is answered without a body.
pub(super) fn empty_if_unknown(error: Error) -> Error {
    match error.reason.as_ref() {
        "INTEGRATION_NOT_FOUND" => Error::not_found("INTEGRATION_NOT_FOUND", ""),
        _ => error,
    }
}
