use patchbay_domain::{Result, SecretString};

use crate::begin_oidc_sign_in::configured;
use crate::domain::oidc_identity::{OidcIdentity, identify};
use crate::domain::oidc_sign_in::{OidcSignIn, invalid};
use crate::state::State;
use crate::store::{oidc_identities, used_once};

/// What came back with the browser.
pub(crate) struct Answer {
    pub(crate) redirect_url: String,
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) browser_secret: SecretString,
}

/// Who has signed in at the provider.
pub(crate) struct SignedIn {
    pub(crate) identity: OidcIdentity,
    /// The user to whom the account is bound.
    pub(crate) user_id: Option<i64>,
    /// Whether somebody who is no user yet is to become one.
    pub(crate) may_register: bool,
}

pub(crate) async fn finish_oidc_sign_in(state: &State, answer: Answer) -> Result<SignedIn> {
    let provider = configured(state)?;
    let now = state.now();
    let resume = |key| OidcSignIn::resume(key, &answer.state, &answer.browser_secret, now).ok();
    let sign_in = state.config.keys().find_map(resume).ok_or_else(invalid)?;
    // Before anything is asked: of two answers at once, one goes on.
    let mut tx = state.db.begin().await?;
    if !used_once::insert(&mut tx, &sign_in.hash(), sign_in.expires_at).await? {
        return Err(invalid());
    }
    tx.commit().await?;
    let claims = provider.claims(&sign_in, &answer.redirect_url, answer.code).await?;
    let identity = identify(claims, &provider.config.allowed_domains)?;
    let user_id = oidc_identities::user_of(&state.db, &identity.account).await?;
    Ok(SignedIn { identity, user_id, may_register: provider.config.register_users })
}
