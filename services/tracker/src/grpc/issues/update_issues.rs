use std::collections::HashMap;

use patchbay_db::Tx;
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;
use patchbay_proto::tracker::update_issues_request::Issues as Requested;

use super::{assign, issue, selected_issues};
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::assignee::{Assignee, AssigneeName};
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::marks::{MarkChange, Viewer};
use crate::domain::issue::source::IntegrationSource;
use crate::domain::issue::status_change::{Release, StatusChange};
use crate::outbox;
use crate::record_activity::{ActivityRecord, record_activity};
use crate::store::issues::{self, FoundIssue};
use crate::store::{issue_marks, releases, subscriptions};

pub(super) async fn update_issues(
    context: &Context,
    caller: &Caller,
    request: wire::UpdateIssuesRequest,
) -> Result<wire::UpdateIssuesResponse> {
    let scopes = access::WRITE_ISSUES;
    let ids = match &request.issues {
        None => Vec::new(),
        Some(Requested::Ids(requested)) => {
            selected_issues::by_ids(context, caller, requested, scopes).await?
        }
        Some(Requested::Filter(filter)) => {
            selected_issues::by_filter(context, caller, filter, scopes).await?
        }
    };
    let changes = Changes::read(&request, caller)?;
    if ids.is_empty() {
        return Ok(wire::UpdateIssuesResponse::default());
    }
    let prepared = changes.prepare(context, &issues::find_all(&context.db, &ids).await?).await?;

    // At most two changes for each issue: status and assignee.
    let count = u32::try_from(ids.len() * 2).unwrap_or(u32::MAX);
    let first_id = context.db.allocate_ids("activity", count).await?;
    let mut tx = context.db.begin().await?;
    let mut made = Vec::new();
    let mut found = issues::lock_all(&mut tx, &ids).await?;
    for (position, found) in found.iter_mut().enumerate() {
        let issue_changes = changes.apply(&mut tx, context, caller, found, &prepared).await?;
        made.extend(issue_changes.into_iter().map(|issue_change| (position, issue_change)));
    }
    let (author, actor) = (Author::of(caller), outbox::actor(caller));
    let records: Vec<ActivityRecord<'_>> = made
        .iter()
        .map(|(position, issue_change)| ActivityRecord {
            issue_context: found[*position].issue_context(&context.links),
            issue_change,
            author,
            actor: &actor,
            source: changes.source.as_ref(),
        })
        .collect();
    record_activity(&mut tx, &records, first_id, context.clock.now()).await?;
    tx.commit().await?;

    found.sort_by_key(|found| ids.iter().position(|id| *id == found.issue.id));
    Ok(wire::UpdateIssuesResponse { issues: issue::all_to_wire(context, caller, &found).await? })
}

/// The requested changes.
struct Changes {
    status: Option<StatusChange>,
    assignee: Option<AssigneeName>,
    is_subscribed: Option<bool>,
    marks: MarkChange,
    /// The owner of the marks; `None` if they do not change.
    viewer: Option<Viewer>,
    source: Option<IntegrationSource>,
}

/// The release and the assignee by project.
type Prepared = HashMap<i64, (Option<Release>, Option<Assignee>)>;

impl Changes {
    fn read(request: &wire::UpdateIssuesRequest, caller: &Caller) -> Result<Self> {
        let status = request.status.as_deref();
        if request.is_subscribed == Some(true) && caller.user().is_none() {
            return Err(Error::field("isSubscribed", "Only users can subscribe to an issue."));
        }
        let marks = MarkChange { has_seen: request.has_seen, is_bookmarked: request.is_bookmarked };
        Ok(Self {
            status: status
                .map(|status| StatusChange::read(status, &request.status_details_json))
                .transpose()?,
            assignee: request.assigned_to.as_deref().map(AssigneeName::read).transpose()?,
            is_subscribed: request.is_subscribed,
            marks,
            viewer: marks.viewer(caller)?,
            source: request
                .source
                .as_ref()
                .map(|it| {
                    IntegrationSource::read(caller, it.integration_id, &it.provider_key, &it.provider_name)
                })
                .transpose()?,
        })
    }

    /// Looks up releases and assignees for each project, because a user can belong to one project and not to another.
    async fn prepare(&self, context: &Context, found: &[FoundIssue]) -> Result<Prepared> {
        let mut prepared = Prepared::new();
        for FoundIssue { issue, .. } in found {
            if prepared.contains_key(&issue.project_id) {
                continue;
            }
            let release = match self.status.as_ref().and_then(StatusChange::version) {
                Some(version) => releases::find(&context.db, issue.project_id, version).await?,
                None => None,
            };
            let assignee = match &self.assignee {
                Some(name) => assign::resolve(context, issue.organization_id, issue.project_id, name).await?,
                None => None,
            };
            prepared.insert(issue.project_id, (release, assignee));
        }
        Ok(prepared)
    }

    /// Changes one issue and returns its changes.
    async fn apply(
        &self,
        tx: &mut Tx,
        context: &Context,
        caller: &Caller,
        found: &mut FoundIssue,
        prepared: &Prepared,
    ) -> Result<Vec<IssueChange>> {
        let now = context.clock.now();
        let (release, assignee) = prepared.get(&found.issue.project_id).cloned().unwrap_or_default();
        let mut issue_changes = Vec::new();
        if let Some(change) = &self.status
            && let Some(issue_change) = change.apply(&mut found.issue, release.as_ref(), now)?
        {
            let is_sourced = self.source.is_some();
            issue_changes.push(if is_sourced { issue_change.by_integration() } else { issue_change });
            if let Some(user) = caller.user() {
                let reason = subscriptions::STATUS_CHANGE;
                subscriptions::subscribe_user(tx, found.issue.id, user.user_id, reason, now).await?;
            }
        }
        if self.assignee.is_some() {
            issue_changes.extend(assign::assign(tx, &mut found.issue, assignee, now).await?);
        }
        if let (Some(active), Some(user)) = (self.is_subscribed, caller.user()) {
            subscriptions::set(tx, found.issue.id, user.user_id, active, now).await?;
        }
        if let Some(viewer) = self.viewer {
            issue_marks::set(tx, found.issue.id, viewer, self.marks).await?;
        }
        if !issue_changes.is_empty() {
            let assigned =
                issue_changes.iter().any(|issue_change| matches!(issue_change, IssueChange::Assigned(_)));
            issues::update(tx, &found.issue, assigned.then_some(now)).await?;
        }
        Ok(issue_changes)
    }
}
