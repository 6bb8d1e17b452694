use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::comment::{may_change, not_found};
use crate::domain::issue::not_found as issue_not_found;
use crate::outbox;
use crate::store::{activity, issues};

pub(super) async fn delete_comment(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteCommentRequest,
) -> Result<wire::DeleteCommentResponse> {
    let scopes = access::READ_ISSUES;
    let visible = issue::for_caller(context, caller, request.issue_id, &request.organization, scopes).await?;

    let mut tx = context.db.begin().await?;
    let mut found =
        issues::lock_all(&mut tx, &[visible.issue.id]).await?.pop().ok_or_else(issue_not_found)?;
    let comment =
        activity::lock_comment(&mut tx, found.issue.id, request.comment_id).await?.ok_or_else(not_found)?;
    may_change(caller, comment.author)?;
    activity::delete_comment(&mut tx, comment.id).await?;
    found.issue.comment_count = found.issue.comment_count.saturating_sub(1);
    issues::update(&mut tx, &found.issue, None).await?;
    let event = found.issue_context(&context.links).commented("deleted", &comment, outbox::actor(caller), 0);
    tx.outbox(outbox::message(event)).await?;
    tx.commit().await?;
    Ok(wire::DeleteCommentResponse {})
}
