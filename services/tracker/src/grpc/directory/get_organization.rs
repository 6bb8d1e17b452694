use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::context::Context;
use crate::domain::organization::directory_access;
use crate::domain::organization::not_found;
use crate::grpc::named;

pub(super) async fn get_organization(
    context: &Context,
    caller: &Caller,
    request: wire::GetOrganizationRequest,
) -> Result<wire::Organization> {
    let found = named::organization(&context.db, caller, &request.organization, not_found).await?;
    directory_access::read_organization(caller, found.id)?;
    Ok(organization::to_wire(found))
}
