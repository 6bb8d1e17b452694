use patchbay_domain::{Caller, Error};
use patchbay_proto::auth_token::Token;
use patchbay_proto::installation::{AppToken, ListAppTokensRequest, ListAppTokensResponse};

use crate::context::Context;
use crate::domain::app::token_access;
use crate::grpc::app_registry::find_app;
use crate::store::installations;

pub(super) async fn list_app_tokens(
    context: &Context,
    caller: &Caller,
    request: ListAppTokensRequest,
) -> Result<ListAppTokensResponse, Error> {
    let app = find_app(context, caller, &request.app).await?;
    token_access::may_manage(caller, &app)?;
    let installation = match app.is_internal() {
        true => installations::find_of(&context.db, app.id, app.owner.id).await?,
        false => None,
    };
    let Some(installation) = installation else { return Ok(ListAppTokensResponse::default()) };
    let is_masked = !token_access::sees(caller, &app);
    let tokens = context.tokens.list(installation.uuid).await?;
    Ok(ListAppTokensResponse { tokens: tokens.into_iter().map(|token| message(token, is_masked)).collect() })
}

fn message(token: Token, is_masked: bool) -> AppToken {
    AppToken {
        id: token.id,
        token: None,
        is_masked,
        last_four: token.last_four,
        scopes: token.scopes,
        created_at: token.created_at,
        last_used_at: token.last_used_at,
    }
}
