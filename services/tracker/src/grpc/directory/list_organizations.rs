use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::context::Context;
use crate::domain::input::page::Page;
use crate::domain::organization::directory_access;
use crate::store::organizations;

pub(super) async fn list_organizations(
    context: &Context,
    caller: &Caller,
    request: wire::ListOrganizationsRequest,
) -> Result<wire::ListOrganizationsResponse> {
    directory_access::list_organizations(caller, request.user_id)?;
    let page = Page::read(request.offset, request.limit);
    let found = match request.user_id {
        0 => organizations::list(&context.db, page).await?,
        user_id => organizations::list_of_user(&context.db, user_id, page).await?,
    };
    let (found, has_more) = page.cut(found);
    let organizations = found.into_iter().map(organization::to_wire).collect();
    Ok(wire::ListOrganizationsResponse { organizations, has_more })
}
