use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetWebhooksRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::webhooks::WebhooksJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_webhooks", "/api/0/sentry-app-installations/{installation}/webhooks/", get_webhooks)
        .does("Read whether webhooks are sent")
        .by(one_of(READERS).and_the_app())
        .answers::<WebhooksJson>(200)
}

/// Sentry has no such operation.
async fn get_webhooks(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<WebhooksJson>> {
    let request = request_as(&caller, GetWebhooksRequest { uuid: params.installation()? });
    let state = context.services.installations().get_webhooks(request).await.answer()?;
    Ok(Json(state.into()))
}
