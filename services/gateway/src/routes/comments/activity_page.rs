//! Pages of the activity record of an issue.

use patchbay_domain::Caller;
use patchbay_proto::tracker::{ListActivityRequest, ListActivityResponse};
use patchbay_rpc::request_as;

use crate::api::error::Result;
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) async fn list(
    context: &Context,
    caller: &Caller,
    params: &Params,
    paging: &Paging,
    comments_only: bool,
) -> Result<ListActivityResponse> {
    let message = ListActivityRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        comments_only,
        offset: paging.offset(),
        limit: paging.size(),
    };
    Ok(context.services.issues().list_activity(request_as(caller, message)).await.answer()?)
}
