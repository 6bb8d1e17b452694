use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Caller;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_rpc::request_as;

use super::list_user_tokens::user_id;
use crate::authenticate::SignedIn;
use crate::body::JsonBody;
use crate::error::Result;
use crate::fields::Fields;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::authorization::TokenJson;

/// `POST /api/0/api-tokens/`: a personal token, shown this once.
pub(crate) async fn create_user_token(
    State(gateway): State<Gateway>,
    SignedIn(caller): SignedIn,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<TokenJson>)> {
    let message = read(fields, &caller)?;
    let name = Some(message.name.clone()).filter(|name| !name.is_empty());
    let made = gateway.services.tokens().mint_user_token(request_as(&caller, message)).await.answer()?;
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
