use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{GetSignInOptionsRequest, SignInOptions};

use crate::context::Context;
use crate::domain::access;

pub(super) async fn get_sign_in_options(
    context: &Context,
    caller: &Caller,
    _request: GetSignInOptionsRequest,
) -> Result<SignInOptions> {
    access::internal(caller)?;
    Ok(SignInOptions { oidc_label: context.config.oidc.as_ref().map(|oidc| oidc.label.clone()) })
}
