use patchbay_domain::{Error, Result};

use crate::context::Context;
use crate::oidc::Provider;

pub(super) fn find_provider(context: &Context) -> Result<&Provider> {
    context.provider.as_deref().ok_or_else(|| {
        Error::not_found("OIDC_NOT_CONFIGURED", "No OpenID Connect provider is configured here.")
    })
}
