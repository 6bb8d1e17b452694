use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::external_issue::{check_own_app, to_wire};
use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::external_issue::{ExternalIssue, read};
use crate::domain::issue::not_found;
use crate::outbox;
use crate::record_activity::{ActivityRecord, record_activity};
use crate::store::{external_issues, issues};

pub(super) async fn link_external_issue(
    context: &Context,
    caller: &Caller,
    request: wire::LinkExternalIssueRequest,
) -> Result<wire::ExternalIssue> {
    check_own_app(caller, request.app_id)?;
    let scopes = access::LINK_ISSUES;
    let organization = request.organization_id.to_string();
    let visible = issue::for_caller(context, caller, request.issue_id, &organization, scopes).await?;
    let (web_url, display_name) = read(&request.web_url, &request.project, &request.identifier)?;

    let id = context.db.allocate_ids("external_issue", 1).await?;
    let activity_id = context.db.allocate_ids("activity", 1).await?;
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let found = issues::lock_all(&mut tx, &[visible.issue.id]).await?.pop().ok_or_else(not_found)?;
    let (issue_id, app_id, app_slug) = (found.issue.id, request.app_id, request.app_slug);
    let mut link = ExternalIssue { id, issue_id, app_id, app_slug, display_name, web_url };
    link.id = external_issues::upsert(&mut tx, found.issue.organization_id, &link, now).await?;
    if link.id == id {
        let issue_change = IssueChange::Linked {
            title: link.display_name.clone(),
            provider: link.app_slug.clone(),
            label: link.display_name.clone(),
            location: link.web_url.clone(),
            is_new: true,
        };
        let (author, actor) = (Author::of(caller), outbox::actor(caller));
        let issue_context = found.issue_context(&context.links);
        record_activity(
            &mut tx,
            &[ActivityRecord {
                issue_context,
                issue_change: &issue_change,
                author,
                actor: &actor,
                source: None,
            }],
            activity_id,
            now,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(to_wire(link))
}
