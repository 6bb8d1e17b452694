//! Access of teams to projects.

use patchbay_domain::Caller;
use patchbay_proto::tracker::SetProjectTeamRequest;
use patchbay_rpc::request_as;

use super::owner::with_owner;
use crate::api::error::Result;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;
use patchbay_edge::answer::Answer;

pub(super) async fn set_access(
    context: &Context,
    caller: &Caller,
    params: &Params,
    has_access: bool,
) -> Result<ProjectJson> {
    let message = SetProjectTeamRequest {
        organization: params.organization()?,
        project: params.project()?,
        team: params.team()?,
        has_access,
    };
    let project = context.services.projects().set_project_team(request_as(caller, message)).await.answer()?;
    with_owner(context, project).await
}
