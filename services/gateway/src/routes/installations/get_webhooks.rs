use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetWebhooksRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::webhooks::WebhooksJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_webhooks", "/api/0/sentry-app-installations/{installation}/webhooks/", get_webhooks)
        .does("Read whether webhooks are sent")
        .by(one_of(READERS).and_the_app())
        .answers::<WebhooksJson>(200)
}

/// Not one of Sentry's.
async fn get_webhooks(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<WebhooksJson>> {
    let request = request_as(&caller, GetWebhooksRequest { uuid: params.installation()? });
    let state = gateway.services.installations().get_webhooks(request).await.answer()?;
    Ok(Json(state.into()))
}
