use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::activity as converted;
use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::page::Page;
use crate::store::activity;

pub(super) async fn list_activity(
    context: &Context,
    caller: &Caller,
    request: wire::ListActivityRequest,
) -> Result<wire::ListActivityResponse> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(context, caller, request.issue_id, &request.organization, scopes).await?;
    let page = Page::read(request.offset, request.limit);
    let fetched = activity::list(&context.db, found.issue.id, request.comments_only, page).await?;
    let (entries, has_more) = page.cut(fetched);
    Ok(wire::ListActivityResponse { activities: entries.iter().map(converted::to_wire).collect(), has_more })
}
