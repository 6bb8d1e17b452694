use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::domain::access;
use crate::domain::comment::Author;
use crate::domain::external_issue::{ExternalIssue, not_found, read};
use crate::domain::happening::Happening;
use crate::domain::issue::not_found as issue_not_found;
use crate::events;
use crate::store::{external_issues, issues};
use crate::tell::{Told, tell};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.link_external_issue", skip_all)]
pub(super) async fn link(
    tracker: &Tracker,
    caller: Caller,
    request: wire::LinkExternalIssueRequest,
) -> Result<wire::ExternalIssue> {
    own_app(&caller, request.app_id)?;
    let scopes = access::LINK_ISSUES;
    let organization = request.organization_id.to_string();
    let asked = issue::for_caller(tracker, &caller, request.issue_id, &organization, scopes).await?;
    let (web_url, display_name) = read(&request.web_url, &request.project, &request.identifier)?;

    let id = tracker.db.allocate_ids("external_issue", 1).await?;
    let activity_id = tracker.db.allocate_ids("activity", 1).await?;
    let now = tracker.clock.now();
    let mut tx = tracker.db.begin().await?;
    let found = issues::lock_all(&mut tx, &[asked.issue.id]).await?.pop().ok_or_else(issue_not_found)?;
    let (issue_id, app_id, app_slug) = (found.issue.id, request.app_id, request.app_slug);
    let mut link = ExternalIssue { id, issue_id, app_id, app_slug, display_name, web_url };
    link.id = external_issues::upsert(&mut tx, found.issue.organization_id, &link, now).await?;
    if link.id == id {
        let happening = Happening::Linked {
            provider: link.app_slug.clone(),
            label: link.display_name.clone(),
            location: link.web_url.clone(),
        };
        let (author, actor) = (Author::of(&caller), events::actor(&caller));
        let scene = found.scene(&tracker.links);
        tell(&mut tx, &[Told { scene, happening: &happening, author, actor: &actor }], activity_id, now)
            .await?;
    }
    tx.commit().await?;
    Ok(to_wire(link))
}

#[tracing::instrument(name = "tracker.unlink_external_issue", skip_all)]
pub(super) async fn unlink(
    tracker: &Tracker,
    caller: Caller,
    request: wire::UnlinkExternalIssueRequest,
) -> Result<wire::UnlinkExternalIssueResponse> {
    own_app(&caller, request.app_id)?;
    access::one_of(&caller, request.organization_id, access::DELETE_ISSUES, not_found())?;
    if !external_issues::delete(&tracker.db, request.id, request.organization_id, request.app_id).await? {
        return Err(not_found());
    }
    Ok(wire::UnlinkExternalIssueResponse {})
}

#[tracing::instrument(name = "tracker.list_external_issues", skip_all)]
pub(super) async fn list(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListExternalIssuesRequest,
) -> Result<wire::ListExternalIssuesResponse> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(tracker, &caller, request.issue_id, &request.organization, scopes).await?;
    let links = external_issues::of_issue(&tracker.db, found.issue.id).await?;
    Ok(wire::ListExternalIssuesResponse { external_issues: links.into_iter().map(to_wire).collect() })
}

/// An app speaks for itself only.
fn own_app(caller: &Caller, app_id: i64) -> Result<()> {
    match caller.app() {
        Some(app) if app.app_id != app_id => Err(Error::permission_denied()),
        _ => Ok(()),
    }
}

fn to_wire(link: ExternalIssue) -> wire::ExternalIssue {
    let ExternalIssue { id, issue_id, app_slug, display_name, web_url, .. } = link;
    wire::ExternalIssue { id, issue_id, app_slug, display_name, web_url }
}
