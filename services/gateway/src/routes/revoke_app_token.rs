use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::RevokeAppTokenRequest;
use patchbay_rpc::request_as;

use super::create_app_token::refusal;
use crate::authenticate::SignedIn;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `DELETE /api/0/sentry-apps/{app}/api-tokens/{token}/`
pub(crate) async fn revoke_app_token(
    State(gateway): State<Gateway>,
    params: Params,
    SignedIn(caller): SignedIn,
) -> Result<StatusCode> {
    let message = RevokeAppTokenRequest { app: params.app()?, token_id: params.token()? };
    let revoked = gateway.services.app_tokens().revoke_app_token(request_as(&caller, message)).await;
    revoked.answer().map_err(|error| refusal(error, &caller))?;
    Ok(StatusCode::NO_CONTENT)
}
