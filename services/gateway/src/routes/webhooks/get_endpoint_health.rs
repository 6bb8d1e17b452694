use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::GetEndpointHealthRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::endpoint_health::EndpointHealthJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_endpoint_health", "/api/0/sentry-apps/{app}/webhook-health/", get_endpoint_health)
        .does("See how an app's endpoint is doing")
        .by(one_of(READERS))
        .answers::<EndpointHealthJson>(200)
}

/// Sentry has no such operation.
async fn get_endpoint_health(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<EndpointHealthJson>> {
    let request = request_as(&caller, GetEndpointHealthRequest { app: params.app()? });
    Ok(Json(context.services.webhooks().get_endpoint_health(request).await.answer()?.into()))
}
