use patchbay_domain::{Error, Result};

use crate::domain::oidc_sign_in::OidcSignIn;
use crate::oidc::Provider;
use crate::state::State;

/// Begins a sign-in at the provider: it, and where to send the browser.
pub(crate) async fn begin_oidc_sign_in(state: &State, redirect_url: &str) -> Result<(OidcSignIn, String)> {
    let provider = configured(state)?;
    let sign_in = OidcSignIn::begin(&state.config.key, state.now());
    let url = provider.authorization_url(&sign_in, redirect_url).await?;
    Ok((sign_in, url))
}

pub(crate) fn configured(state: &State) -> Result<&Provider> {
    state.provider.as_ref().ok_or_else(|| {
        Error::not_found("OIDC_NOT_CONFIGURED", "No OpenID Connect provider is configured here.")
    })
}
