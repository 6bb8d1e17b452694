use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{ListTokensResponse, ListUserTokensRequest};

use super::token_message::token_message;
use crate::context::Context;
use crate::domain::access;
use crate::store::list_tokens;

pub(super) async fn list_user_tokens(
    context: &Context,
    caller: &Caller,
    request: ListUserTokensRequest,
) -> Result<ListTokensResponse> {
    access::own(caller, request.user_id)?;
    let tokens = list_tokens::personal(&context.db, request.user_id).await?;
    Ok(ListTokensResponse { tokens: tokens.into_iter().map(token_message).collect() })
}
