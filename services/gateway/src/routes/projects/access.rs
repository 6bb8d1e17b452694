//! Access of teams to projects.

use patchbay_domain::Caller;
use patchbay_proto::tracker::SetProjectTeamRequest;
use patchbay_rpc::request_as;

use super::owner::with_owner;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::project::ProjectJson;
use crate::params::Params;

pub(super) async fn set_access(
    gateway: &Gateway,
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
    let project = gateway.services.projects().set_project_team(request_as(caller, message)).await.answer()?;
    with_owner(gateway, project).await
}
