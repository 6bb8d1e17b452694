use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::ClearProjectFilterRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `DELETE /api/0/sentry-app-installations/{installation}/service-hook-projects/`
pub(crate) async fn clear_project_filter(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, ClearProjectFilterRequest { uuid: params.installation()? });
    gateway.services.installations().clear_project_filter(request).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
