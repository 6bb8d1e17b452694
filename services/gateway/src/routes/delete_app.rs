use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::DeleteAppRequest;
use patchbay_rpc::request_as;

use super::get_app::refusal;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `DELETE /api/0/sentry-apps/{app}/`: begins to remove an app.
pub(crate) async fn delete_app(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, DeleteAppRequest { app: params.app()? });
    let answer = gateway.services.apps().delete_app(request).await.answer();
    answer.map_err(|error| refusal(error, &caller))?;
    Ok(StatusCode::NO_CONTENT)
}
