use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::replace_project_filter::replace_project_filter;
use crate::context::Context;
use crate::domain::installation::access;

pub(super) async fn clear_project_filter(
    context: &Context,
    caller: &Caller,
    request: proto::ClearProjectFilterRequest,
) -> Result<proto::ClearProjectFilterResponse, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    access::may_filter(caller, installation.organization.id, installation.uuid)?;
    replace_project_filter(context, installation.uuid, &[]).await?;
    Ok(proto::ClearProjectFilterResponse {})
}
