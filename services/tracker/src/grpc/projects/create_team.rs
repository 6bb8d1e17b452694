use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::slug_choice;
use crate::domain::organization;
use crate::domain::organization::team::{NewTeam, Team};
use crate::grpc::named;
use crate::store::teams;

pub(super) async fn create_team(
    context: &Context,
    caller: &Caller,
    request: wire::CreateTeamRequest,
) -> Result<wire::Team> {
    let hidden = organization::not_found;
    let organization = named::organization(&context.db, caller, &request.organization, hidden).await?;
    access::one_of(caller, organization.id, access::WRITE_TEAMS, Error::permission_denied())?;
    let new = NewTeam::read(&request.name, &request.slug)?;

    let id = context.db.allocate_ids("team", 1).await?;
    for slug in new.slug.candidates() {
        let started = Team { id, organization_id: organization.id, slug, name: new.name.clone() };
        if teams::insert(&context.db, &started, context.clock.now()).await? {
            // A caller who is limited by teams could not use the new team otherwise.
            let limited = caller.limited_by_teams(organization.id);
            if let Some(user_id) = limited.filter(|_| !organization.open_membership) {
                teams::add_member(&context.db, &started, user_id).await?;
            }
            return team::with_members(&context.db, started).await;
        }
    }
    Err(slug_choice::taken(&new.slug))
}
