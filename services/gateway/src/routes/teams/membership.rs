//! Membership of users in teams.

use patchbay_domain::Caller;
use patchbay_proto::tracker::SetTeamMemberRequest;
use patchbay_rpc::request_as;

use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::team::TeamJson;
use crate::params::Params;

pub(super) async fn set_member(
    gateway: &Gateway,
    caller: &Caller,
    params: &Params,
    is_member: bool,
) -> Result<TeamJson> {
    let message = SetTeamMemberRequest {
        organization: params.organization()?,
        team: params.team()?,
        user_id: params.member(caller)?,
        is_member,
    };
    let team = gateway.services.projects().set_team_member(request_as(caller, message)).await.answer()?;
    Ok(team.into())
}
