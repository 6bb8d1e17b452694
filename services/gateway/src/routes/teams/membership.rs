//! Membership of users in teams.

use patchbay_domain::Caller;
use patchbay_proto::tracker::SetTeamMemberRequest;
use patchbay_rpc::request_as;

use crate::api::error::Result;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::team::TeamJson;
use patchbay_edge::answer::Answer;

pub(super) async fn set_member(
    context: &Context,
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
    let team = context.services.projects().set_team_member(request_as(caller, message)).await.answer()?;
    Ok(team.into())
}
