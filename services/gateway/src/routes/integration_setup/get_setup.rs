use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::GetStepRequest;
use patchbay_rpc::request_as;

use super::{PATH, check_name};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::setup_step::SetupStepJson;
use crate::routes::integrations::WRITERS;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_setup", PATH, get_setup)
        .does("Read the step of the setup that waits for an answer")
        .by(one_of(WRITERS))
        .answers::<SetupStepJson>(200)
}

async fn get_setup(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<SetupStepJson>> {
    check_name(&context, &caller, &params).await?;
    let message = GetStepRequest { organization: params.organization()?, provider: String::new() };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    let step = context.services.setup().get_step(request).await.answer()?;
    Ok(Json(step.into()))
}
