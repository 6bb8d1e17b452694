use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::domain::new_issue::{Description, NewIssue};
use crate::domain::project::not_found;
use crate::domain::{access, event};
use crate::events;
use crate::grpc::named;
use crate::store::{issues, projects};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.create_issue", skip_all)]
pub(super) async fn create_issue(
    tracker: &Tracker,
    caller: Caller,
    request: wire::CreateIssueRequest,
) -> Result<wire::Issue> {
    let db = &tracker.db;
    let organization = named::organization(db, &request.organization).await?.ok_or_else(not_found)?;
    access::one_of(&caller, organization.id, access::WRITE_ISSUES, not_found())?;
    let project = named::project(db, organization.id, &request.project).await?.ok_or_else(not_found)?;
    let new = NewIssue::read(Description {
        title: &request.title,
        culprit: &request.culprit,
        level: &request.level,
        platform: &request.platform,
        metadata_json: &request.metadata_json,
    })?;

    let id = db.allocate_ids("issue", 1).await?;
    let mut tx = db.begin().await?;
    let number = projects::next_issue_number(&mut tx, project.id).await?;
    let opened = new.open(id, number, &project, tracker.clock.now());
    issues::insert(&mut tx, &opened).await?;
    let event = event::issue_created(&opened, &project, &organization.slug, &tracker.links);
    tx.outbox(events::message(event)).await?;
    tx.commit().await?;

    tracker.metrics.issues_created.inc();
    Ok(issue::to_wire(&opened, &project))
}
