use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::webhook_sender::ResendRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `POST /api/0/webhook-deliveries/{delivery}/resend/`: a webhook is sent once more. Not one of Sentry's.
pub(crate) async fn resend_webhook(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, ResendRequest { delivery_id: params.delivery()? });
    gateway.services.webhooks().resend(request).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}
