use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::activity as converted;
use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::comment::{Author, Comment, not_found, read_text};
use crate::domain::issue::followed_change::FollowedChange;
use crate::domain::issue::not_found as issue_not_found;
use crate::outbox;
use crate::store::{activity, issues, subscriptions};

pub(super) async fn create_comment(
    context: &Context,
    caller: &Caller,
    request: wire::CreateCommentRequest,
) -> Result<wire::Activity> {
    let scopes = access::READ_ISSUES;
    let visible = issue::for_caller(context, caller, request.issue_id, &request.organization, scopes).await?;
    let text = read_text(&request.text)?;

    let id = context.db.allocate_ids("activity", 1).await?;
    let now = context.clock.now();
    let comment = Comment { id, author: Author::of(caller), text, created_at: now };
    let mut tx = context.db.begin().await?;
    let mut found =
        issues::lock_all(&mut tx, &[visible.issue.id]).await?.pop().ok_or_else(issue_not_found)?;
    found.issue.comment_count += 1;
    issues::update(&mut tx, &found.issue, None).await?;
    activity::insert_comment(&mut tx, &found.issue, &comment).await?;
    if let Some(user) = caller.user() {
        let reason = subscriptions::COMMENT;
        subscriptions::subscribe_user(&mut tx, found.issue.id, user.user_id, reason, now).await?;
    }
    let event = found.issue_context(&context.links).commented("created", &comment, outbox::actor(caller), 0);
    let followed = FollowedChange::commented(&found.issue, &comment, false, outbox::author_name(caller), now);
    tx.outbox_all([outbox::message(event), outbox::followed(followed)]).await?;
    tx.commit().await?;

    let written = activity::find(&context.db, found.issue.id, id).await?.ok_or_else(not_found)?;
    Ok(converted::to_wire(&written))
}
