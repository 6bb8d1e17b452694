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
use crate::api::operation::{Operation, post};
use crate::api::schema::{Kind, optional, required};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::authorization::TokenJson;

pub(super) fn operation() -> Operation {
    post("create_user_token", "/api/0/api-tokens/", create_user_token)
        .does("Make a personal token")
        .by(USERS.in_session())
        .takes(&[required("scopes", Kind::Texts), optional("name", Kind::Text)])
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

fn read(mut fields: Fields, caller: &Caller) -> patchbay_domain::Result<MintUserTokenRequest> {
    if !fields.has("scopes") {
        fields.problem("scopes", "This field is required.");
    }
    let message = MintUserTokenRequest {
        user_id: user_id(caller)?,
        scopes: fields.texts("scopes"),
        name: fields.text_or_blank("name").unwrap_or_default(),
    };
    fields.finish()?;
    Ok(message)
}
