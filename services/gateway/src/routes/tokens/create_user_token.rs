use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Caller;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_rpc::request_as;

use super::session_user::user_id;
use crate::api::access::USERS;
use crate::api::authenticate::SignedIn;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, request_body, required_texts, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::context::Context;
use crate::json::authorization::TokenJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// A new personal token.
    NewToken {
        scopes: Vec<String> = required_texts("scopes"),
        name: Option<String> = text_or_blank("name"),
    }
}

pub(super) fn operation() -> Operation {
    post("create_user_token", "/api/0/api-tokens/", create_user_token)
        .does("Make a personal token")
        .by(USERS.in_session())
        .takes::<NewToken>()
        .answers::<TokenJson>(201)
}

/// A personal token, shown this once.
async fn create_user_token(
    State(context): State<Context>,
    SignedIn(caller): SignedIn,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<TokenJson>)> {
    let message = read(fields, &caller)?;
    let name = Some(message.name.clone()).filter(|name| !name.is_empty());
    let made = context.services.tokens().mint_user_token(request_as(&caller, message)).await.answer()?;
    Ok((StatusCode::CREATED, Json(TokenJson::personal(made, name))))
}

fn read(fields: Fields, caller: &Caller) -> patchbay_domain::Result<MintUserTokenRequest> {
    let user_id = user_id(caller)?;
    let NewToken { scopes, name } = NewToken::read(fields)?;
    Ok(MintUserTokenRequest { user_id, scopes, name: name.unwrap_or_default() })
}
