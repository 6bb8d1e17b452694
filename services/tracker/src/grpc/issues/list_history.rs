use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;
use patchbay_rpc::timestamp;

use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::store::activity;

pub(super) async fn list_history(
    context: &Context,
    caller: &Caller,
    request: wire::ListHistoryRequest,
) -> Result<wire::ListHistoryResponse> {
    let found = issue::for_caller(context, caller, request.issue_id, "", access::READ_ISSUES).await?;
    let entries = activity::history(&context.db, found.issue.id).await?;
    let entries = entries.into_iter().map(|(state, user_id, entered_at)| wire::HistoryEntry {
        state,
        user_id: user_id.unwrap_or_default(),
        entered_at: Some(timestamp::to_wire(entered_at)),
    });
    Ok(wire::ListHistoryResponse { entries: entries.collect() })
}
