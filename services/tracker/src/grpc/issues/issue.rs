use std::collections::BTreeMap;

use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::document::{IssueDocument, SubscriptionDocument};
use crate::domain::issue::marks::{Marks, Viewer};
use crate::domain::issue::not_found;
use crate::domain::issue::short_id::short_id;
use crate::grpc::named;
use crate::grpc::visible_projects::VisibleProjects;
use crate::store::issues::{self, FoundIssue};
use crate::store::{issue_marks, subscriptions};

/// The issue with this id, in the named organization if any, for a caller with one of `scopes`.
pub(super) async fn for_caller(
    context: &Context,
    caller: &Caller,
    id: i64,
    organization: &str,
    scopes: &[Scope],
) -> Result<FoundIssue> {
    let requested_in = match organization {
        "" => None,
        named => Some(named::organization(&context.db, caller, named, not_found).await?.id),
    };
    // A caller without access to the named organization is refused before the issue is looked up.
    if let Some(organization_id) = requested_in {
        access::one_of(caller, organization_id, scopes, Error::permission_denied())?;
    }
    let found = issues::find(&context.db, id).await?.ok_or_else(not_found)?;
    let organization_id = found.issue.organization_id;
    if requested_in.is_some_and(|requested| requested != organization_id) {
        return Err(not_found());
    }
    access::one_of(caller, organization_id, scopes, not_found())?;
    let organization = (organization_id, found.organization_is_open);
    if !VisibleProjects::of(&context.db, caller, organization).await?.contains(found.issue.project_id) {
        return Err(not_found());
    }
    Ok(found)
}

/// Issues as this caller sees them.
pub(super) async fn all_to_wire(
    context: &Context,
    caller: &Caller,
    found: &[FoundIssue],
) -> Result<Vec<wire::Issue>> {
    let ids: Vec<i64> = found.iter().map(|found| found.issue.id).collect();
    let mut subscriptions = match caller.user() {
        None => BTreeMap::new(),
        Some(user) => subscriptions::of_user(&context.db, user.user_id, &ids).await?.into_iter().collect(),
    };
    let mut marks = match Viewer::of(caller) {
        None => BTreeMap::new(),
        Some(viewer) => issue_marks::of_viewer(&context.db, viewer, &ids).await?,
    };
    let shown = found.iter().map(|found| {
        let id = &found.issue.id;
        to_wire(context, found, subscriptions.remove(id), marks.remove(id).unwrap_or_default())
    });
    Ok(shown.collect())
}

/// An issue as this caller sees it.
pub(super) async fn to_wire_for(
    context: &Context,
    caller: &Caller,
    found: &FoundIssue,
) -> Result<wire::Issue> {
    all_to_wire(context, caller, std::slice::from_ref(found)).await?.pop().ok_or_else(not_found)
}

fn to_wire(
    context: &Context,
    FoundIssue { issue, project, organization_slug, .. }: &FoundIssue,
    subscription: Option<SubscriptionDocument>,
    marks: Marks,
) -> wire::Issue {
    wire::Issue {
        id: issue.id,
        organization_id: issue.organization_id,
        project_id: issue.project_id,
        short_id: short_id(&project.slug, issue.number),
        document_json: IssueDocument::new(issue, project).seen_by(subscription, marks).to_json().into(),
        organization_slug: organization_slug.clone(),
        project_slug: project.slug.clone(),
        title: issue.title.clone(),
        web_url: context.links.issue_page(organization_slug, &issue.id.to_string()),
    }
}
