use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::CreateAppTokenRequest;
use patchbay_rpc::request_as;

use super::get_app;
use crate::authenticate::SignedIn;
use crate::error::{Failure, Result};
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::authorization::TokenJson;
use crate::params::Params;

/// `POST /api/0/sentry-apps/{app}/api-tokens/`: a token that never expires, shown this once.
pub(crate) async fn create_app_token(
    State(gateway): State<Gateway>,
    params: Params,
    SignedIn(caller): SignedIn,
) -> Result<(StatusCode, Json<TokenJson>)> {
    let request = request_as(&caller, CreateAppTokenRequest { app: params.app()? });
    let made = gateway.services.app_tokens().create_app_token(request).await.answer();
    let made = made.map_err(|error| refusal(error, &caller))?;
    Ok((StatusCode::CREATED, Json(TokenJson::of_app(made))))
}

/// Sentry writes some refusals here as a bare text.
pub(super) fn refusal(error: Error, caller: &Caller) -> Failure {
    match error.reason.as_ref() {
        "NOT_INTERNAL" | "TOO_MANY_TOKENS" => Failure::from(error).bare(),
        _ => get_app::refusal(error, caller),
    }
}
