use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::webhook_sender::ResendRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post("resend_webhook", "/api/0/webhook-deliveries/{delivery}/resend/", resend_webhook)
        .does("Send a webhook once more")
        .by(one_of(WRITERS))
        .answers_nothing(202)
}

/// A webhook is sent once more. Not one of Sentry's.
async fn resend_webhook(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, ResendRequest { delivery_id: params.delivery()? });
    gateway.services.webhooks().resend(request).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}
