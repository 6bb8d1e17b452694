use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;
use patchbay_proto::tracker::delete_issues_request::Issues as Requested;

use super::selected_issues;
use crate::context::Context;
use crate::domain::access;
use crate::store::issues;

pub(super) async fn delete_issues(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteIssuesRequest,
) -> Result<wire::DeleteIssuesResponse> {
    let scopes = access::DELETE_ISSUES;
    let ids = match &request.issues {
        None => Vec::new(),
        Some(Requested::Ids(requested)) => {
            selected_issues::by_ids(context, caller, requested, scopes).await?
        }
        Some(Requested::Filter(filter)) => {
            selected_issues::by_filter(context, caller, filter, scopes).await?
        }
    };
    let mut tx = context.db.begin().await?;
    let deleted = issues::hide(&mut tx, &ids, context.clock.now()).await?;
    tx.commit().await?;
    context.erase.notify_one();
    Ok(wire::DeleteIssuesResponse { deleted: i32::try_from(deleted).unwrap_or(i32::MAX) })
}
