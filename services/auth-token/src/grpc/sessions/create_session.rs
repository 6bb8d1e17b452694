use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{CreateSessionRequest, Session};

use super::issue_session::issue_session;
use crate::context::Context;
use crate::domain::access;
use crate::domain::oidc_identity::{Account, bound_otherwise};
use crate::store::{oidc_identities, tokens};

pub(super) async fn create_session(
    context: &Context,
    caller: &Caller,
    request: CreateSessionRequest,
) -> Result<Session> {
    access::internal(caller)?;
    let CreateSessionRequest { user_id, oidc_account } = request;
    let account = oidc_account.map(|account| Account::read(account.issuer, account.subject)).transpose()?;
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    if let Some(account) = account
        && !oidc_identities::bind(&mut tx, &account, user_id, context.now()).await?
    {
        return Err(bound_otherwise());
    }
    issue_session(context, tx, id, user_id).await
}
