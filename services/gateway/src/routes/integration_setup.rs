//! The setup of an integration, step by step.

mod get_setup;
mod initialize_setup;

use patchbay_domain::Error;

use crate::api::operation::Group;
use crate::api::params::Params;

const PATH: &str = "/api/0/organizations/{organization}/pipeline/{pipeline}/";
/// The one pipeline that Patchbay has. Sentry has others.
const PIPELINE: &str = "integration_pipeline";

pub(super) fn group() -> Group {
    Group {
        name: "Setup of integrations",
        about: "The setup of an integration, step by step. A user has one at a time.",
        operations: vec![get_setup::operation(), initialize_setup::operation()],
    }
}

/// # Errors
/// 404 for another pipeline.
fn check_name(params: &Params) -> Result<(), Error> {
    match params.pipeline().as_deref() {
        Some(PIPELINE) => Ok(()),
        _ => Err(Error::not_found("INVALID_PIPELINE", "Invalid pipeline type")),
    }
}
