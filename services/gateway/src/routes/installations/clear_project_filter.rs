use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::ClearProjectFilterRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, delete};
use crate::params::Params;

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
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, ClearProjectFilterRequest { uuid: params.installation()? });
    gateway.services.installations().clear_project_filter(request).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
