use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{self as proto, CreateGrantRequest};

use super::grant_message::grant_message;
use super::installation_uuid::installation_uuid;
use crate::context::Context;
use crate::domain::access;
use crate::domain::grant::Grant;
use crate::store::grants;

/// Returns the stored grant of the installation while it is live, and a new one otherwise.
pub(super) async fn create_grant(
    context: &Context,
    caller: &Caller,
    request: CreateGrantRequest,
) -> Result<proto::Grant> {
    access::internal(caller)?;
    let CreateGrantRequest { installation_uuid: uuid, app_id, organization_id } = request;
    let installation = installation_uuid(&uuid)?;
    let now = context.now();

    let mut tx = context.db.begin().await?;
    context.lock_live(&mut tx, installation).await?;
    let stored = grants::find(&mut tx, installation).await?;
    if let Some(grant) = stored.filter(|grant| grant.serves(app_id, organization_id, now))
        && let Some(code) = context.config.keys().find_map(|key| grant.code(key))
    {
        return Ok(grant_message(&grant, &code));
    }
    let subject = (installation, app_id, organization_id);
    let (grant, code) = Grant::new(&context.config.key, context.random.uuid(), subject, now);
    grants::put(&mut tx, &grant).await?;
    tx.commit().await?;
    Ok(grant_message(&grant, &code))
}
