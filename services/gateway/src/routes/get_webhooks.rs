use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetWebhooksRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::webhooks::WebhooksJson;
use crate::params::Params;

/// `GET /api/0/sentry-app-installations/{installation}/webhooks/`: not one of Sentry's.
pub(crate) async fn get_webhooks(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<WebhooksJson>> {
    let request = request_as(&caller, GetWebhooksRequest { uuid: params.installation()? });
    let state = gateway.services.installations().get_webhooks(request).await.answer()?;
    Ok(Json(state.into()))
}
