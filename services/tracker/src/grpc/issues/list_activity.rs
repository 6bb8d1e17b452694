use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::activity as converted;
use super::issue;
use crate::domain::access;
use crate::domain::page::Page;
use crate::store::activity;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.list_activity", skip_all)]
pub(super) async fn list_activity(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListActivityRequest,
) -> Result<wire::ListActivityResponse> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(tracker, &caller, request.issue_id, &request.organization, scopes).await?;
    let page = Page::read(request.offset, request.limit);
    let fetched = activity::list(&tracker.db, found.issue.id, request.comments_only, page).await?;
    let (entries, has_more) = page.cut(fetched);
    Ok(wire::ListActivityResponse { activities: entries.iter().map(converted::to_wire).collect(), has_more })
}
