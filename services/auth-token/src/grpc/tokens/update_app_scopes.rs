use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{UpdateAppScopesRequest, UpdateAppScopesResponse};
use uuid::Uuid;

use crate::context::Context;
use crate::domain::{access, mint};
use crate::store::{list_tokens, lock, tokens};

/// Gives the unexpired tokens of an app these scopes and the scopes they imply, and counts the tokens that had others.
///
/// Each installation is updated under its lock in a transaction of its own, so that a parallel refresh cannot issue a token with
/// the old scopes. A call that fails half-way is completed by the next one.
pub(super) async fn update_app_scopes(
    context: &Context,
    caller: &Caller,
    request: UpdateAppScopesRequest,
) -> Result<UpdateAppScopesResponse> {
    access::internal(caller)?;
    let scopes = mint::scopes(&request.scopes)?;
    let mut changed = 0;
    for installation in list_tokens::installations_of(&context.db, request.app_id).await? {
        changed += update_installation(context, installation, &scopes).await?;
    }
    Ok(UpdateAppScopesResponse { changed: i64::try_from(changed).unwrap_or(i64::MAX) })
}

async fn update_installation(context: &Context, installation: Uuid, scopes: &[String]) -> Result<usize> {
    let mut tx = context.db.begin().await?;
    lock::installation(&mut tx, installation).await?;
    let changed = tokens::set_scopes(&mut tx, installation, scopes, context.now()).await?;
    if !changed.is_empty() {
        // Published as revocations, so that caches of introspections drop the old scopes.
        context.commit_revoking(tx, &changed).await?;
    }
    Ok(changed.len())
}
