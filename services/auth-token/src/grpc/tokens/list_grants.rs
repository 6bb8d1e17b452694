use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::auth_token::{ListGrantsRequest, ListGrantsResponse};

use super::grant_message::grant_message;
use super::installation_uuid::installation_uuids;
use crate::context::Context;
use crate::domain::access;
use crate::store::grants;

const MAX_INSTALLATIONS: usize = 100;

pub(super) async fn list_grants(
    context: &Context,
    caller: &Caller,
    request: ListGrantsRequest,
) -> Result<ListGrantsResponse> {
    access::internal(caller)?;
    let installations = installation_uuids(&request.installation_uuids)?;
    if installations.len() > MAX_INSTALLATIONS {
        let message = format!("Ensure this field has no more than {MAX_INSTALLATIONS} elements.");
        return Err(Error::field("installation_uuids", message));
    }
    let live = grants::live(&context.db, &installations, context.now()).await?;
    let grants = live.iter().filter_map(|grant| {
        let code = context.config.keys().find_map(|key| grant.code(key))?;
        Some(grant_message(grant, &code))
    });
    Ok(ListGrantsResponse { grants: grants.collect() })
}
