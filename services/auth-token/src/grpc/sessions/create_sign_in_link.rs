use patchbay_domain::{Caller, Result, token};
use patchbay_proto::auth_token::{CreateSignInLinkRequest, SignInLink};
use patchbay_rpc::timestamp::to_wire;

use crate::context::Context;
use crate::domain::{access, lifetimes};
use crate::store::sign_in_links;

pub(super) async fn create_sign_in_link(
    context: &Context,
    caller: &Caller,
    request: CreateSignInLinkRequest,
) -> Result<SignInLink> {
    access::internal(caller)?;
    let secret = token::generate();
    let expires_at = context.now() + lifetimes::SIGN_IN_LINK;
    let hash = token::hash(secret.expose());
    sign_in_links::insert(&context.db, &hash, request.user_id, expires_at).await?;
    Ok(SignInLink { secret: secret.expose().to_owned(), expires_at: Some(to_wire(expires_at)) })
}
