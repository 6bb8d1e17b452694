use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::GetEndpointHealthRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::endpoint_health::EndpointHealthJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_endpoint_health", "/api/0/sentry-apps/{app}/webhook-health/", get_endpoint_health)
        .does("See how an app's endpoint is doing")
        .by(one_of(READERS))
        .answers::<EndpointHealthJson>(200)
}

/// Not one of Sentry's.
async fn get_endpoint_health(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<EndpointHealthJson>> {
    let request = request_as(&caller, GetEndpointHealthRequest { app: params.app()? });
    Ok(Json(gateway.services.webhooks().get_endpoint_health(request).await.answer()?.into()))
}
