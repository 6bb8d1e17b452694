use patchbay_domain::{Actor, Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::new_issue::{Description, NewIssue};
use crate::domain::project::not_found;
use crate::grpc::named;
use crate::grpc::visible_projects::VisibleProjects;
use crate::record_activity::{ActivityRecord, record_activity};
use crate::store::issues::FoundIssue;
use crate::store::{issue_words, issues, projects};

pub(super) async fn create_issue(
    context: &Context,
    caller: &Caller,
    request: wire::CreateIssueRequest,
) -> Result<wire::Issue> {
    let db = &context.db;
    let organization = named::organization(db, caller, &request.organization, not_found).await?;
    access::one_of(caller, organization.id, access::WRITE_ISSUES, not_found())?;
    let project = named::project(db, organization.id, &request.project).await?.ok_or_else(not_found)?;
    let of = (organization.id, organization.open_membership);
    if !VisibleProjects::of(db, caller, of).await?.contains(project.id) {
        return Err(not_found());
    }
    let new = NewIssue::read(Description {
        title: &request.title,
        culprit: &request.culprit,
        level: &request.level,
        platform: &request.platform,
        metadata_json: &request.metadata_json,
    })?;

    let id = db.allocate_ids("issue", 1).await?;
    let activity_id = db.allocate_ids("activity", 1).await?;
    let now = context.clock.now();
    let mut tx = db.begin().await?;
    let number = projects::next_issue_numbers(&mut tx, project.id, 1).await?.ok_or_else(not_found)?;
    let issue = new.open(id, number, &project, now);
    issues::insert(&mut tx, &issue).await?;
    issue_words::insert(&mut tx, [&issue]).await?;
    let opened = FoundIssue {
        issue,
        project,
        organization_slug: organization.slug,
        emails_are_private: organization.enhanced_privacy,
        organization_is_open: organization.open_membership,
    };
    let record = ActivityRecord {
        issue_context: opened.issue_context(&context.links),
        issue_change: &IssueChange::Opened,
        author: Author::of(caller),
        actor: &Actor::System,
        source: None,
    };
    record_activity(&mut tx, &[record], activity_id, now).await?;
    tx.commit().await?;

    context.metrics.issues_created.inc();
    issue::to_wire_for(context, caller, &opened).await
}
