use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::project_filter_message::project_filter_message;
use super::replace_project_filter::replace_project_filter;
use crate::context::Context;
use crate::domain::installation::access;
use crate::domain::installation::project_filter;

pub(super) async fn set_project_filter(
    context: &Context,
    caller: &Caller,
    request: proto::SetProjectFilterRequest,
) -> Result<proto::ProjectFilter, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    access::may_filter(caller, installation.organization.id, installation.uuid)?;
    let names = project_filter::check(request.project_ids, request.project_slugs)?;
    let projects = context.projects.find_all(installation.organization.id, names).await?;
    replace_project_filter(context, installation.uuid, &projects).await?;
    Ok(project_filter_message(projects))
}
