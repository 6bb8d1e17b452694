use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::domain::page::Page;
use crate::domain::{access, organization};
use crate::grpc::named;
use crate::store::projects;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.list_projects", skip_all)]
pub(super) async fn list_projects(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListProjectsRequest,
) -> Result<wire::ListProjectsResponse> {
    let hidden = organization::not_found;
    let organization = named::organization(&tracker.db, &request.organization).await?.ok_or_else(hidden)?;
    access::one_of(&caller, organization.id, access::READ_PROJECTS, Error::permission_denied())?;
    let page = Page::read(request.offset, request.limit);
    let (found, has_more) = page.cut(projects::list(&tracker.db, organization.id, page).await?);
    Ok(wire::ListProjectsResponse { projects: project::all_to_wire(&tracker.db, found).await?, has_more })
}
