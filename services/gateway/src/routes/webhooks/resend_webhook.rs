use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::webhook_sender::ResendRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::EmptyBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post("resend_webhook", "/api/0/webhook-deliveries/{delivery}/resend/", resend_webhook)
        .does("Send a webhook once more")
        .by(one_of(WRITERS))
        .answers_nothing(202)
}

/// Sentry has no such operation.
async fn resend_webhook(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    EmptyBody: EmptyBody,
) -> Result<StatusCode> {
    let request = request_as(&caller, ResendRequest { delivery_id: params.delivery()? });
    context.services.webhooks().resend(request).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}
