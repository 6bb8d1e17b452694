use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::actor_message::actor_message;
use super::organization::organization;
use super::validated::{Given, Needed, check};
use crate::context::Context;
use crate::domain::external_actor::{Actor, ExternalActor, not_found};
use crate::linking::try_again;
use crate::store::external_actors;

pub(super) async fn update_external_actor(
    context: &Context,
    caller: &Caller,
    request: proto::UpdateExternalActorRequest,
) -> Result<proto::ExternalActor, Error> {
    let (organization, team) = organization(context, caller, &request.organization, &request.team).await?;
    let known = owned(context, organization.id, team, request.id).await?;
    let given = Given {
        user_id: request.user_id.filter(|_| team.is_none()),
        external_name: Some(request.external_name.unwrap_or(known.external_name)),
        external_id: request.external_id.or(known.external_id),
        provider: Some(request.provider.unwrap_or(known.provider)),
        integration_id: Some(request.integration_id.unwrap_or(known.integration_id)),
    };
    check(context, &organization, &given, Needed { user: false, rest: true }).await?;
    let changed = ExternalActor {
        id: known.id,
        organization_id: organization.id,
        integration_id: given.integration_id.unwrap_or_default(),
        provider: given.provider.unwrap_or_default(),
        actor: given.user_id.map_or(known.actor, Actor::User),
        external_name: given.external_name.unwrap_or_default(),
        external_id: given.external_id,
    };
    external_actors::update(&context.db, &changed).await?;
    try_again::assignees(context, organization.id, changed.integration_id).await?;
    Ok(actor_message(changed))
}

/// A mapping of the organization, and of the team if one is named.
pub(super) async fn owned(
    context: &Context,
    organization_id: i64,
    team: Option<i64>,
    id: i64,
) -> Result<ExternalActor, Error> {
    let found = external_actors::find(&context.db, organization_id, id).await?;
    let fits = |actor: &ExternalActor| match team {
        Some(team) => actor.actor == Actor::Team(team),
        None => actor.actor.is_user(),
    };
    found.filter(fits).ok_or_else(not_found)
}
