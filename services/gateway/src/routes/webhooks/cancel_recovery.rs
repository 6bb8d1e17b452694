use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::CancelRecoveryRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::recovery::RecoveryJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("cancel_recovery", "/api/0/webhook-recoveries/{recovery}/", cancel_recovery)
        .does("End a recovery")
        .by(one_of(WRITERS))
        .answers::<RecoveryJson>(200)
}

/// Dead letters that it has not sent yet stay dead letters. Sentry has no such operation.
async fn cancel_recovery(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<RecoveryJson>> {
    let request = request_as(&caller, CancelRecoveryRequest { id: params.recovery()? });
    Ok(Json(context.services.webhooks().cancel_recovery(request).await.answer()?.into()))
}
