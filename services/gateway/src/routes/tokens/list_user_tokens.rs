use axum::Json;
use axum::extract::State;
use patchbay_proto::auth_token::ListUserTokensRequest;
use patchbay_rpc::request_as;

use super::session_user::user_id;
use crate::api::access::USERS;
use crate::api::authenticate::SignedIn;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::context::Context;
use crate::json::listed_token::ListedTokenJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_user_tokens", "/api/0/api-tokens/", list_user_tokens)
        .does("List one's personal tokens")
        .by(USERS.in_session())
        .lists::<ListedTokenJson>()
}

/// The caller's own personal tokens, newest first.
async fn list_user_tokens(
    State(context): State<Context>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<ListedTokenJson>>> {
    let message = ListUserTokensRequest { user_id: user_id(&caller)? };
    let found = context.services.tokens().list_user_tokens(request_as(&caller, message)).await.answer()?;
    Ok(Json(found.tokens.into_iter().map(ListedTokenJson::from).collect()))
}
