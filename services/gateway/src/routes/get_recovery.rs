use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::GetRecoveryRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::recovery::RecoveryJson;
use crate::params::Params;

/// `GET /api/0/webhook-recoveries/{recovery}/`: how far it is. Not one of Sentry's.
pub(crate) async fn get_recovery(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<RecoveryJson>> {
    let request = request_as(&caller, GetRecoveryRequest { id: params.recovery()? });
    Ok(Json(gateway.services.webhooks().get_recovery(request).await.answer()?.into()))
}
