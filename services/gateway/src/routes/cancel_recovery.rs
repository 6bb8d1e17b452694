use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::CancelRecoveryRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::recovery::RecoveryJson;
use crate::params::Params;

/// `DELETE /api/0/webhook-recoveries/{recovery}/`: what it has not come to stays given up. Not one of Sentry's.
pub(crate) async fn cancel_recovery(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<RecoveryJson>> {
    let request = request_as(&caller, CancelRecoveryRequest { id: params.recovery()? });
    Ok(Json(gateway.services.webhooks().cancel_recovery(request).await.answer()?.into()))
}
