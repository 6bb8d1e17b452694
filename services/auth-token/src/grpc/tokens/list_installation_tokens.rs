use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{ListInstallationTokensRequest, ListTokensResponse};

use super::installation_uuid::installation_uuid;
use super::token_message::token_message;
use crate::context::Context;
use crate::domain::access;
use crate::store::list_tokens;

pub(super) async fn list_installation_tokens(
    context: &Context,
    caller: &Caller,
    request: ListInstallationTokensRequest,
) -> Result<ListTokensResponse> {
    access::internal(caller)?;
    let installation = installation_uuid(&request.installation_uuid)?;
    let tokens = list_tokens::of_installation(&context.db, installation).await?;
    Ok(ListTokensResponse { tokens: tokens.into_iter().map(token_message).collect() })
}
