use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::project_filter_message::project_filter_message;
use crate::context::Context;
use crate::domain::installation::access;
use crate::store::installations;

pub(super) async fn get_project_filter(
    context: &Context,
    caller: &Caller,
    request: proto::GetProjectFilterRequest,
) -> Result<proto::ProjectFilter, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    access::may_read(caller, installation.organization.id, installation.app.id)?;
    Ok(project_filter_message(installations::project_filter(&context.db, installation.uuid).await?))
}
