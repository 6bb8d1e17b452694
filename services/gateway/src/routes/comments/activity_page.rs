//! Pages of the activity record of an issue.

use patchbay_domain::Caller;
use patchbay_proto::tracker::{ListActivityRequest, ListActivityResponse};
use patchbay_rpc::request_as;

use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::page::Page;
use crate::params::Params;

pub(super) async fn list(
    gateway: &Gateway,
    caller: &Caller,
    params: &Params,
    page: Page,
    comments_only: bool,
) -> Result<ListActivityResponse> {
    let message = ListActivityRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        comments_only,
        offset: page.offset(),
        limit: page.size(),
    };
    Ok(gateway.services.issues().list_activity(request_as(caller, message)).await.answer()?)
}
