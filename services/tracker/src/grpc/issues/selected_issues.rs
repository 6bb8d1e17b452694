use std::collections::BTreeSet;

use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use super::list_issues::{listing, project_ids};
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::cursor::Cursor;
use crate::domain::issue::not_found;
use crate::domain::project;
use crate::grpc::named;
use crate::grpc::visible_projects::VisibleProjects;
use crate::store::issues::{self, FoundIssue};
use crate::store::list_issues::{self, Listed};

const MOST: usize = 1000;

/// The ids of a request, in its order, for a caller with one of `scopes` for all issues.
pub(super) async fn by_ids(
    context: &Context,
    caller: &Caller,
    requested: &wire::IssueIds,
    scopes: &[Scope],
) -> Result<Vec<i64>> {
    let mut seen = BTreeSet::new();
    let ids: Vec<i64> = requested.ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    if ids.len() > MOST {
        return Err(Error::invalid("INVALID_SEARCH", format!("At most {MOST} issues can be named.")));
    }
    let organization_id = match requested.organization.as_str() {
        "" => None,
        named => {
            let organization = named::organization(&context.db, caller, named, not_found).await?;
            access::one_of(caller, organization.id, scopes, Error::permission_denied())?;
            Some(organization.id)
        }
    };
    let project_ids = match organization_id {
        // Whether the caller may access the project of an issue is checked below.
        Some(id) => project_ids(context, id, &requested.projects, &VisibleProjects::All).await?,
        None if requested.projects.is_empty() => Vec::new(),
        None => return Err(project::not_found()),
    };
    let found = issues::find_all(&context.db, &ids).await?;
    if found.len() != ids.len() {
        return Err(not_found());
    }
    for found in &found {
        let elsewhere = organization_id.is_some_and(|id| id != found.issue.organization_id)
            || !(project_ids.is_empty() || project_ids.contains(&found.issue.project_id));
        if elsewhere {
            return Err(not_found());
        }
        access::one_of(caller, found.issue.organization_id, scopes, not_found())?;
    }
    check_projects(context, caller, &found).await?;
    Ok(ids)
}

/// # Errors
/// `ISSUE_NOT_FOUND` if the caller may not access the project of one of the issues.
async fn check_projects(context: &Context, caller: &Caller, found: &[FoundIssue]) -> Result<()> {
    let organizations: BTreeSet<(i64, bool)> =
        found.iter().map(|found| (found.issue.organization_id, found.organization_is_open)).collect();
    for organization in organizations {
        let visible = VisibleProjects::of(&context.db, caller, organization).await?;
        let mut here = found.iter().filter(|found| found.issue.organization_id == organization.0);
        if !here.all(|found| visible.contains(found.issue.project_id)) {
            return Err(not_found());
        }
    }
    Ok(())
}

/// The ids of the first thousand matching issues. An empty query, which lists all issues, is refused.
pub(super) async fn by_filter(
    context: &Context,
    caller: &Caller,
    filter: &wire::IssueFilter,
    scopes: &[Scope],
) -> Result<Vec<i64>> {
    if filter.query.trim().is_empty() {
        let message = "Name issues by \"id\" or say in \"query\" which ones are meant.";
        return Err(Error::invalid("INVALID_SEARCH", message));
    }
    let Some(mut listing) = listing(context, caller, filter, scopes).await? else { return Ok(Vec::new()) };
    let mut ids = Vec::new();
    loop {
        listing.limit = i64::try_from(MOST - ids.len()).unwrap_or(i64::MAX);
        let Listed { found, stopped_at } = list_issues::list(&context.db, &listing).await?;
        ids.extend(found.into_iter().map(|found| found.issue.id));
        let Some(at) = stopped_at.filter(|_| ids.len() < MOST) else { return Ok(ids) };
        listing.cursor = Some(Cursor { at, back: false });
    }
}
