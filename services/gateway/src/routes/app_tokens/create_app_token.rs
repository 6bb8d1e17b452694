use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::CreateAppTokenRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use super::token_refusal::refusal;
use crate::api::access::one_of;
use crate::api::authenticate::SignedIn;
use crate::api::body::EmptyBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::authorization::TokenJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post("create_app_token", "/api/0/sentry-apps/{app}/api-tokens/", create_app_token)
        .does("Make a token of an internal app")
        .by(one_of(WRITERS).in_session())
        .answers::<TokenJson>(201)
}

/// A token that never expires, shown this once.
async fn create_app_token(
    State(context): State<Context>,
    params: Params,
    SignedIn(caller): SignedIn,
    EmptyBody: EmptyBody,
) -> Result<(StatusCode, Json<TokenJson>)> {
    let request = request_as(&caller, CreateAppTokenRequest { app: params.app()? });
    let made = context.services.app_tokens().create_app_token(request).await.answer();
    let made = made.map_err(|error| refusal(error, &caller))?;
    Ok((StatusCode::CREATED, Json(TokenJson::of_app(made))))
}
