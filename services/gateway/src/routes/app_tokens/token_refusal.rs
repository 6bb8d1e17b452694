//! Refusals of operations on the tokens of an app.

use patchbay_domain::{Caller, Error};

use crate::api::error::Failure;
use crate::routes::app_refusal;

/// Sentry writes some refusals here as a bare text.
pub(super) fn refusal(error: Error, caller: &Caller) -> Failure {
    match error.reason.as_ref() {
        "NOT_INTERNAL" | "TOO_MANY_TOKENS" => Failure::from(error).bare(),
        _ => app_refusal::refusal(error, caller),
    }
}
