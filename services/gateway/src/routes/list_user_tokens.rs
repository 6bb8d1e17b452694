use axum::Json;
use axum::extract::State;
use patchbay_domain::{Caller, Error};
use patchbay_proto::auth_token::ListUserTokensRequest;
use patchbay_rpc::request_as;

use crate::authenticate::SignedIn;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::listed_token::ListedTokenJson;

/// `GET /api/0/api-tokens/`: the caller's own personal tokens, newest first.
pub(crate) async fn list_user_tokens(
    State(gateway): State<Gateway>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<ListedTokenJson>>> {
    let message = ListUserTokensRequest { user_id: user_id(&caller)? };
    let found = gateway.services.tokens().list_user_tokens(request_as(&caller, message)).await.answer()?;
    Ok(Json(found.tokens.into_iter().map(ListedTokenJson::from).collect()))
}

/// Whose session it is.
pub(super) fn user_id(caller: &Caller) -> patchbay_domain::Result<i64> {
    caller.user().map(|user| user.user_id).ok_or_else(Error::permission_denied)
}
