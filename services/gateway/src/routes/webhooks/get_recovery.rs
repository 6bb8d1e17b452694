use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::GetRecoveryRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::recovery::RecoveryJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_recovery", "/api/0/webhook-recoveries/{recovery}/", get_recovery)
        .does("See how far a recovery is")
        .by(one_of(READERS))
        .answers::<RecoveryJson>(200)
}

/// How far it is. Not one of Sentry's.
async fn get_recovery(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<RecoveryJson>> {
    let request = request_as(&caller, GetRecoveryRequest { id: params.recovery()? });
    Ok(Json(gateway.services.webhooks().get_recovery(request).await.answer()?.into()))
}
