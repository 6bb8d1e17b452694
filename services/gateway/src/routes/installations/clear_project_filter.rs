use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::ClearProjectFilterRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete(
        "clear_project_filter",
        "/api/0/sentry-app-installations/{installation}/service-hook-projects/",
        clear_project_filter,
    )
    .does("Have new issues and errors of all projects sent")
    .by(one_of(WRITERS).and_the_app())
    .answers_nothing(204)
}

async fn clear_project_filter(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, ClearProjectFilterRequest { uuid: params.installation()? });
    context.services.installations().clear_project_filter(request).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
