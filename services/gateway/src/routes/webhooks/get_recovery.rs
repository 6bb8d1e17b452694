use axum::Json;
use axum::extract::State;
use patchbay_proto::webhook_sender::GetRecoveryRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::recovery::RecoveryJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_recovery", "/api/0/webhook-recoveries/{recovery}/", get_recovery)
        .does("See how far a recovery is")
        .by(one_of(READERS))
        .answers::<RecoveryJson>(200)
}

/// Sentry has no such operation.
async fn get_recovery(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<RecoveryJson>> {
    let request = request_as(&caller, GetRecoveryRequest { id: params.recovery()? });
    Ok(Json(context.services.webhooks().get_recovery(request).await.answer()?.into()))
}
