use patchbay_domain::{Caller, Result, token};
use patchbay_proto::auth_token::{self as proto, BeginOidcSignInRequest};
use patchbay_rpc::timestamp::to_wire;

use super::find_provider::find_provider;
use crate::context::Context;
use crate::domain::access;
use crate::domain::oidc_sign_in::OidcSignIn;

pub(super) async fn begin_oidc_sign_in(
    context: &Context,
    caller: &Caller,
    request: BeginOidcSignInRequest,
) -> Result<proto::OidcSignIn> {
    access::internal(caller)?;
    let provider = find_provider(context)?;
    let sign_in = OidcSignIn::begin(&context.config.key, &token::generate(), context.now());
    let authorization_url = provider.authorization_url(&sign_in, &request.redirect_url).await?;
    Ok(proto::OidcSignIn {
        authorization_url,
        browser_secret: sign_in.browser.expose().to_owned(),
        expires_at: Some(to_wire(sign_in.expires_at)),
    })
}
