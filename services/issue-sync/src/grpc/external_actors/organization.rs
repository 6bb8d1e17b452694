//! The organization and the team that a request names.

use patchbay_domain::{Caller, Error};

use crate::context::Context;
use crate::domain::access;
use crate::domain::organization::{Organization, feature_off};
use crate::grpc::organizations;

/// The organization, and the id of the team if one is named.
pub(super) async fn organization(
    context: &Context,
    caller: &Caller,
    named: &str,
    team: &str,
) -> Result<(Organization, Option<i64>), Error> {
    let organization = organizations::find(context, caller, named).await?;
    access::may_write(caller, organization.id)?;
    if !organization.may_map_actors() {
        return Err(Error { kind: patchbay_domain::ErrorKind::Forbidden, ..feature_off() });
    }
    let team = match team {
        "" => None,
        named => {
            let found = context.tracker.team(organization.id, named).await?;
            let not_found = || Error::not_found("TEAM_NOT_FOUND", "This team does not exist.");
            Some(found.ok_or_else(not_found)?.id)
        }
    };
    Ok((organization, team))
}
