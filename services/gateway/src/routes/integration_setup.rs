//! The setup of an integration, step by step.

mod begin_setup;
mod continue_setup;
mod get_setup;
mod in_browser;
mod initialize_setup;
mod person;
mod submit_setup;

use patchbay_domain::{Caller, Error, ErrorKind};
use patchbay_edge::answer::Answer;
use patchbay_proto::issue_sync::GetStepRequest;
use patchbay_rpc::request_as;

use crate::api::operation::Group;
use crate::api::params::Params;
use crate::context::Context;

const PATH: &str = "/api/0/organizations/{organization}/pipeline/{pipeline}/";
/// The one pipeline that Patchbay has. Sentry has others.
const PIPELINE: &str = "integration_pipeline";

pub(super) fn group() -> Group {
    Group {
        name: "Setup of integrations",
        about: "The setup of an integration, step by step. A user has one at a time.",
        operations: vec![
            get_setup::operation(),
            initialize_setup::operation(),
            begin_setup::operation(),
            continue_setup::operation(),
            submit_setup::operation(),
        ],
    }
}

/// # Errors
/// 404 for another pipeline, for callers who may set integrations up.
async fn check_name(context: &Context, caller: &Caller, params: &Params) -> Result<(), Error> {
    if params.pipeline().as_deref() == Some(PIPELINE) {
        return Ok(());
    }
    let message = GetStepRequest { organization: params.organization()?, provider: String::new() };
    match context.services.setup().get_step(request_as(caller, message)).await.answer() {
        Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::Unauthenticated) => Err(error),
        _ => Err(Error::not_found("INVALID_PIPELINE", "Invalid pipeline type")),
    }
}
