use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::UninstallRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `DELETE /api/0/sentry-app-installations/{installation}/`
pub(crate) async fn uninstall(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let uuid = params.installation()?;
    let request = request_as(&caller, UninstallRequest { uuid: uuid.clone() });
    gateway.services.installations().uninstall(request).await.answer()?;
    gateway.introspection.forget_installation(&uuid);
    Ok(StatusCode::NO_CONTENT)
}
