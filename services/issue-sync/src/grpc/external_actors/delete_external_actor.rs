use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::organization::organization;
use super::update_external_actor::owned;
use crate::context::Context;
use crate::store::external_actors;

pub(super) async fn delete_external_actor(
    context: &Context,
    caller: &Caller,
    request: proto::DeleteExternalActorRequest,
) -> Result<proto::DeleteExternalActorResponse, Error> {
    let (organization, team) = organization(context, caller, &request.organization, &request.team).await?;
    let known = owned(context, organization.id, team, request.id).await?;
    external_actors::delete(&context.db, known.id).await?;
    Ok(proto::DeleteExternalActorResponse {})
}
