use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::auth_token::{RedeemSignInLinkRequest, Session};

use super::issue_session::issue_session;
use crate::context::Context;
use crate::domain::{access, code};
use crate::store::{sign_in_links, tokens};

/// Of several parallel requests with the same link, one gets the session.
pub(super) async fn redeem_sign_in_link(
    context: &Context,
    caller: &Caller,
    request: RedeemSignInLinkRequest,
) -> Result<Session> {
    access::internal(caller)?;
    let hash = code::presented(&request.secret).ok_or_else(invalid)?;
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    let user_id = sign_in_links::redeem(&mut tx, &hash, context.now()).await?.ok_or_else(invalid)?;
    issue_session(context, tx, id, user_id).await
}

fn invalid() -> Error {
    Error::unauthenticated("SIGN_IN_LINK_INVALID", "This sign-in link is not valid any more.")
}
