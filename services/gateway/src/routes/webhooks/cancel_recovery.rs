use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::CancelRecoveryRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::recovery::RecoveryJson;
use crate::operation::{Operation, delete};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    delete("cancel_recovery", "/api/0/webhook-recoveries/{recovery}/", cancel_recovery)
        .does("End a recovery")
        .by(one_of(WRITERS))
        .answers::<RecoveryJson>(200)
}

/// What it has not come to stays given up. Not one of Sentry's.
async fn cancel_recovery(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<RecoveryJson>> {
    let request = request_as(&caller, CancelRecoveryRequest { id: params.recovery()? });
    Ok(Json(gateway.services.webhooks().cancel_recovery(request).await.answer()?.into()))
}
