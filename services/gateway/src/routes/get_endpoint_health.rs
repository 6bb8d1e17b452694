use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::GetEndpointHealthRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::endpoint_health::EndpointHealthJson;
use crate::params::Params;

/// `GET /api/0/sentry-apps/{app}/webhook-health/`. Not one of Sentry's.
pub(crate) async fn get_endpoint_health(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<EndpointHealthJson>> {
    let request = request_as(&caller, GetEndpointHealthRequest { app: params.app()? });
    Ok(Json(gateway.services.webhooks().get_endpoint_health(request).await.answer()?.into()))
}
