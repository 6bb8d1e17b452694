use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::page::Page;
use crate::domain::organization;
use crate::grpc::named;
use crate::grpc::visible_projects::VisibleProjects;
use crate::store::projects;

pub(super) async fn list_projects(
    context: &Context,
    caller: &Caller,
    request: wire::ListProjectsRequest,
) -> Result<wire::ListProjectsResponse> {
    let hidden = organization::not_found;
    let organization = named::organization(&context.db, caller, &request.organization, hidden).await?;
    access::one_of(caller, organization.id, access::READ_PROJECTS, Error::permission_denied())?;
    let page = Page::read(request.offset, request.limit);
    let of = (organization.id, organization.open_membership);
    let visible = VisibleProjects::of(&context.db, caller, of).await?;
    let (found, has_more) =
        page.cut(projects::list(&context.db, organization.id, visible.ids(), page).await?);
    Ok(wire::ListProjectsResponse { projects: project::all_to_wire(&context.db, found).await?, has_more })
}
