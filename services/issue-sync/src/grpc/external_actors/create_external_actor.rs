use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::actor_message::actor_message;
use super::organization::organization;
use super::validated::{Given, Needed, check};
use crate::context::Context;
use crate::domain::external_actor::{Actor, ExternalActor, ambiguous};
use crate::linking::try_again;
use crate::store::external_actors;

pub(super) async fn create_external_actor(
    context: &Context,
    caller: &Caller,
    request: proto::CreateExternalActorRequest,
) -> Result<proto::CreateExternalActorResponse, Error> {
    let (organization, team) = organization(context, caller, &request.organization, &request.team).await?;
    let given = Given {
        user_id: request.user_id.filter(|_| team.is_none()),
        external_name: request.external_name,
        external_id: request.external_id,
        provider: request.provider,
        integration_id: request.integration_id,
    };
    check(context, &organization, &given, Needed { user: team.is_none(), rest: true }).await?;
    let (Some(provider), Some(external_name), Some(integration_id), Some(actor)) = (
        given.provider,
        given.external_name,
        given.integration_id,
        team.map(Actor::Team).or(given.user_id.map(Actor::User)),
    ) else {
        return Err(Error::internal("UNCHECKED_FIELDS", "Something went wrong on our side."));
    };

    let found =
        external_actors::matching(&context.db, organization.id, &provider, &external_name, actor).await?;
    let known = match found.len() {
        0 => None,
        1 => found.into_iter().next(),
        _ => match found.into_iter().find(|known| known.external_name == external_name) {
            Some(same) => Some(same),
            None => return Err(ambiguous()),
        },
    };
    if let Some(known) = known {
        let external_actor = Some(actor_message(known));
        return Ok(proto::CreateExternalActorResponse { external_actor, is_new: false });
    }
    let id = context.db.allocate_ids("external_actor", 1).await?;
    let external_id = given.external_id;
    let organization_id = organization.id;
    let new =
        ExternalActor { id, organization_id, integration_id, provider, actor, external_name, external_id };
    external_actors::insert(&context.db, &new, context.now()).await?;
    try_again::assignees(context, organization_id, integration_id).await?;
    Ok(proto::CreateExternalActorResponse { external_actor: Some(actor_message(new)), is_new: true })
}
