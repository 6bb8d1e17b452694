use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::GetHealthRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::integration_health::IntegrationHealthJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get(
        "get_integration_health",
        "/api/0/organizations/{organization}/integrations/{integration}/health/",
        get_integration_health,
    )
    .does("Report whether an integration works, and its problems")
    .by(one_of(READERS).and_apps())
    .answers::<IntegrationHealthJson>(200)
}

async fn get_integration_health(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<IntegrationHealthJson>> {
    let message = GetHealthRequest { organization: params.organization()?, id: params.integration()? };
    let health = context.services.integrations().get_health(request_as(&caller, message)).await.answer()?;
    Ok(Json(health.into()))
}
