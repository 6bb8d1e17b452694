use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::activity as converted;
use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::comment::{may_change, not_found, read_text};
use crate::domain::issue::followed_change::FollowedChange;
use crate::outbox;
use crate::store::activity;

pub(super) async fn update_comment(
    context: &Context,
    caller: &Caller,
    request: wire::UpdateCommentRequest,
) -> Result<wire::Activity> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(context, caller, request.issue_id, &request.organization, scopes).await?;
    let text = read_text(&request.text)?;
    let issue_id = found.issue.id;

    let mut tx = context.db.begin().await?;
    let mut comment =
        activity::lock_comment(&mut tx, issue_id, request.comment_id).await?.ok_or_else(not_found)?;
    may_change(caller, comment.author)?;
    comment.text = text;
    activity::update_comment(&mut tx, &comment).await?;
    let now = context.clock.now();
    let occasion = now.timestamp_micros();
    let event =
        found.issue_context(&context.links).commented("updated", &comment, outbox::actor(caller), occasion);
    let followed = FollowedChange::commented(&found.issue, &comment, true, outbox::author_name(caller), now);
    tx.outbox_all([outbox::message(event), outbox::followed(followed)]).await?;
    tx.commit().await?;

    let written = activity::find(&context.db, issue_id, comment.id).await?.ok_or_else(not_found)?;
    Ok(converted::to_wire(&written))
}
