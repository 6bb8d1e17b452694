use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::page::Page;
use crate::domain::organization;
use crate::grpc::named;
use crate::store::teams;

pub(super) async fn list_teams(
    context: &Context,
    caller: &Caller,
    request: wire::ListTeamsRequest,
) -> Result<wire::ListTeamsResponse> {
    let hidden = organization::not_found;
    let organization = named::organization(&context.db, caller, &request.organization, hidden).await?;
    access::one_of(caller, organization.id, access::READ_TEAMS, Error::permission_denied())?;
    let page = Page::read(request.offset, request.limit);
    let (found, has_more) = page.cut(teams::list(&context.db, organization.id, page).await?);
    let teams = found.into_iter().map(|found| team::to_wire(found, Vec::new())).collect();
    Ok(wire::ListTeamsResponse { teams, has_more })
}
