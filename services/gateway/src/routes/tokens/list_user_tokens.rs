use axum::Json;
use axum::extract::State;
use patchbay_proto::auth_token::ListUserTokensRequest;
use patchbay_rpc::request_as;

use super::session_user::user_id;
use crate::access::USERS;
use crate::authenticate::SignedIn;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::listed_token::ListedTokenJson;
use crate::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    get("list_user_tokens", "/api/0/api-tokens/", list_user_tokens)
        .does("List one's personal tokens")
        .by(USERS.in_session())
        .lists::<ListedTokenJson>()
}

/// The caller's own personal tokens, newest first.
async fn list_user_tokens(
    State(gateway): State<Gateway>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<ListedTokenJson>>> {
    let message = ListUserTokensRequest { user_id: user_id(&caller)? };
    let found = gateway.services.tokens().list_user_tokens(request_as(&caller, message)).await.answer()?;
    Ok(Json(found.tokens.into_iter().map(ListedTokenJson::from).collect()))
}
