use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{ForgetOidcIdentitiesRequest, ForgetOidcIdentitiesResponse};

use crate::context::Context;
use crate::domain::access;
use crate::store::oidc_identities;

pub(super) async fn forget_oidc_identities(
    context: &Context,
    caller: &Caller,
    request: ForgetOidcIdentitiesRequest,
) -> Result<ForgetOidcIdentitiesResponse> {
    access::internal(caller)?;
    let forgotten = oidc_identities::delete_of_user(&context.db, request.user_id).await?;
    Ok(ForgetOidcIdentitiesResponse { forgotten: i32::try_from(forgotten).unwrap_or(i32::MAX) })
}
