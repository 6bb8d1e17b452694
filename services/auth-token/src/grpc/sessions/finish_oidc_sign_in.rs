use patchbay_domain::{Caller, Result, SecretString};
use patchbay_proto::auth_token::{FinishOidcSignInRequest, OidcAccount, OidcIdentity};

use super::find_provider::find_provider;
use crate::context::Context;
use crate::domain::access;
use crate::domain::oidc_identity::{Account, identify};
use crate::domain::oidc_sign_in::{OidcSignIn, invalid};
use crate::store::{oidc_identities, used_once};

pub(super) async fn finish_oidc_sign_in(
    context: &Context,
    caller: &Caller,
    request: FinishOidcSignInRequest,
) -> Result<OidcIdentity> {
    access::internal(caller)?;
    let provider = find_provider(context)?;
    let browser = SecretString::new(request.browser_secret);
    let now = context.now();
    let resume = |key| OidcSignIn::resume(key, &request.state, &browser, now).ok();
    let sign_in = context.config.keys().find_map(resume).ok_or_else(invalid)?;

    // Committed before the request to the provider, so that of two parallel requests with this state only one continues.
    let mut tx = context.db.begin().await?;
    if !used_once::insert(&mut tx, &sign_in.hash(), sign_in.expires_at).await? {
        return Err(invalid());
    }
    tx.commit().await?;

    let claims = provider.claims(&sign_in, &request.redirect_url, request.code).await?;
    let identity = identify(claims, &provider.config.allowed_domains)?;
    let user_id = oidc_identities::user_of(&context.db, &identity.account).await?;
    let Account { issuer, subject } = identity.account;
    Ok(OidcIdentity {
        email: identity.email.into(),
        name: identity.name,
        may_register: provider.config.register_users,
        account: Some(OidcAccount { issuer, subject }),
        user_id,
    })
}
