use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::activity as converted;
use super::issue;
use crate::domain::access;
use crate::domain::comment::{may_change, not_found, read_text};
use crate::domain::issue::not_found as issue_not_found;
use crate::events;
use crate::store::{activity, issues};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.update_comment", skip_all)]
pub(super) async fn update_comment(
    tracker: &Tracker,
    caller: Caller,
    request: wire::UpdateCommentRequest,
) -> Result<wire::Activity> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(tracker, &caller, request.issue_id, &request.organization, scopes).await?;
    let text = read_text(&request.text)?;
    let issue_id = found.issue.id;

    let mut tx = tracker.db.begin().await?;
    let mut comment =
        activity::lock_comment(&mut tx, issue_id, request.comment_id).await?.ok_or_else(not_found)?;
    may_change(&caller, comment.author)?;
    comment.text = text;
    activity::update_comment(&mut tx, &comment).await?;
    let occasion = tracker.clock.now().timestamp_micros();
    let event = found.scene(&tracker.links).commented("updated", &comment, events::actor(&caller), occasion);
    tx.outbox(events::message(event)).await?;
    tx.commit().await?;

    let written = activity::find(&tracker.db, issue_id, comment.id).await?.ok_or_else(not_found)?;
    Ok(converted::to_wire(&written))
}

#[tracing::instrument(name = "tracker.delete_comment", skip_all)]
pub(super) async fn delete_comment(
    tracker: &Tracker,
    caller: Caller,
    request: wire::DeleteCommentRequest,
) -> Result<wire::DeleteCommentResponse> {
    let scopes = access::READ_ISSUES;
    let asked = issue::for_caller(tracker, &caller, request.issue_id, &request.organization, scopes).await?;

    let mut tx = tracker.db.begin().await?;
    let mut found = issues::lock_all(&mut tx, &[asked.issue.id]).await?.pop().ok_or_else(issue_not_found)?;
    let comment =
        activity::lock_comment(&mut tx, found.issue.id, request.comment_id).await?.ok_or_else(not_found)?;
    may_change(&caller, comment.author)?;
    activity::delete_comment(&mut tx, comment.id).await?;
    found.issue.comment_count = found.issue.comment_count.saturating_sub(1);
    issues::update(&mut tx, &found.issue, None).await?;
    let event = found.scene(&tracker.links).commented("deleted", &comment, events::actor(&caller), 0);
    tx.outbox(events::message(event)).await?;
    tx.commit().await?;
    Ok(wire::DeleteCommentResponse {})
}
