//! Organizations with closed membership, which limit members and admins to the projects of their teams.

use patchbay_domain::Caller;
use patchbay_proto::tracker::GetOrganizationRequest;
use patchbay_rpc::request;

use crate::api::error::Result;
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// Whether teams limit the projects whose events the caller may read. Webhooks and events are of all projects.
pub(crate) async fn is_limited(context: &Context, caller: &Caller, organization_id: i64) -> Result<bool> {
    if caller.limited_by_teams(organization_id).is_none() {
        return Ok(false);
    }
    let lookup = request(GetOrganizationRequest { organization: organization_id.to_string() });
    Ok(!context.services.directory().get_organization(lookup).await.answer()?.open_membership)
}
