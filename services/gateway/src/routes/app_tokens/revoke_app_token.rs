use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::RevokeAppTokenRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use super::token_refusal::refusal;
use crate::api::access::one_of;
use crate::api::authenticate::SignedIn;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("revoke_app_token", "/api/0/sentry-apps/{app}/api-tokens/{token}/", revoke_app_token)
        .does("Revoke a token of an internal app")
        .by(one_of(WRITERS).in_session())
        .answers_nothing(204)
}

async fn revoke_app_token(
    State(context): State<Context>,
    params: Params,
    SignedIn(caller): SignedIn,
) -> Result<StatusCode> {
    let message = RevokeAppTokenRequest { app: params.app()?, token_id: params.token()? };
    let revoked = context.services.app_tokens().revoke_app_token(request_as(&caller, message)).await;
    revoked.answer().map_err(|error| refusal(error, &caller))?;
    Ok(StatusCode::NO_CONTENT)
}
