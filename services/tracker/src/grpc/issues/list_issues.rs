use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::cursor::{Cursor, Page, Position};
use crate::domain::issue::short_id;
use crate::domain::organization;
use crate::domain::project;
use crate::domain::search::{self, Assigned, Condition, Term};
use crate::grpc::named;
use crate::grpc::visible_projects::VisibleProjects;
use crate::store::issues::FoundIssue;
use crate::store::list_issues::{AssignedTo, Listed, Listing, Sort, list};
use crate::store::{assignees, find_short_id};

const MAX_PROJECTS: usize = 100;
const MAX_LIMIT: i32 = 100;

pub(super) async fn list_issues(
    context: &Context,
    caller: &Caller,
    request: wire::ListIssuesRequest,
) -> Result<wire::ListIssuesResponse> {
    let filter = request.filter.unwrap_or_default();
    let Some(mut listing) = listing(context, caller, &filter, access::READ_ISSUES).await? else {
        return Ok(wire::ListIssuesResponse::default());
    };
    listing.sort = match request.sort.as_str() {
        "" | "date" => Sort::Date,
        "new" => Sort::New,
        other => {
            return Err(Error::invalid("INVALID_SEARCH", format!("Invalid sort parameter: {other:.100}")));
        }
    };
    listing.cursor = Cursor::read(&request.cursor)?;
    let limit = if (1..=MAX_LIMIT).contains(&request.limit) { request.limit } else { MAX_LIMIT };
    // One extra, to detect a next page.
    listing.limit = i64::from(limit) + 1;

    let Listed { mut found, stopped_at } = list(&context.db, &listing).await?;
    let is_cut = found.len() > limit as usize;
    found.truncate(limit as usize);
    if listing.cursor.is_some_and(|cursor| cursor.back) {
        found.reverse();
    }
    let edges = found.first().zip(found.last()).map(|(first, last)| (position(first), position(last)));
    let (next, previous) = Page { requested: listing.cursor, edges, is_cut, stopped_at }.neighbours();
    let next_cursor = next.map(Cursor::write).unwrap_or_default();
    let previous_cursor = previous.map(Cursor::write).unwrap_or_default();
    let issues = issue::all_to_wire(context, caller, &found).await?;
    Ok(wire::ListIssuesResponse { issues, next_cursor, previous_cursor })
}

fn position(found: &FoundIssue) -> Position {
    Position { last_seen: found.issue.last_seen, id: found.issue.id }
}

/// The query of a filter; `None` if no issue can match it.
pub(super) async fn listing(
    context: &Context,
    caller: &Caller,
    filter: &wire::IssueFilter,
    scopes: &[Scope],
) -> Result<Option<Listing>> {
    let db = &context.db;
    let hidden = organization::not_found;
    let organization = named::organization(db, caller, &filter.organization, hidden).await?;
    access::one_of(caller, organization.id, scopes, Error::permission_denied())?;
    let of = (organization.id, organization.open_membership);
    let visible = VisibleProjects::of(db, caller, of).await?;
    let mut project_ids = project_ids(context, organization.id, &filter.projects, &visible).await?;
    if let Some(ids) = visible.ids().filter(|_| project_ids.is_empty()) {
        if ids.is_empty() {
            return Ok(None);
        }
        ids.clone_into(&mut project_ids);
    }
    let organization_id = organization.id;
    // A query that is a short id means that issue.
    if let Some((slug, number)) = short_id::parse(filter.query.trim())
        && let Some(id) = find_short_id::find(db, organization_id, &slug, number).await?
    {
        return Ok(Some(Listing { organization_id, project_ids, issue_id: Some(id), ..Listing::default() }));
    }
    let mut terms = Vec::new();
    for Term { is_negated, condition } in search::read(&filter.query, context.clock.now())? {
        let condition = match condition {
            Condition::Assigned(assigned) => {
                match assigned_to(context, caller, organization_id, &assigned).await? {
                    Some(found) => Condition::Assigned(found),
                    // A negated unknown name would match all issues, which a misspelled name does not mean.
                    None if is_negated => return Err(unknown_assignee()),
                    None => return Ok(None),
                }
            }
            Condition::Status(status) => Condition::Status(status),
            Condition::Level(level) => Condition::Level(level),
            Condition::FirstSeen(span) => Condition::FirstSeen(span),
            Condition::LastSeen(span) => Condition::LastSeen(span),
            Condition::Text(text) => Condition::Text(text),
        };
        terms.push(Term { is_negated, condition });
    }
    Ok(Some(Listing { organization_id, project_ids, terms, ..Listing::default() }))
}

/// The ids of these projects, without duplicates.
pub(super) async fn project_ids(
    context: &Context,
    organization_id: i64,
    projects: &[String],
    visible: &VisibleProjects,
) -> Result<Vec<i64>> {
    if projects.len() > MAX_PROJECTS {
        return Err(Error::invalid(
            "INVALID_SEARCH",
            format!("At most {MAX_PROJECTS} projects can be named."),
        ));
    }
    let mut ids = Vec::with_capacity(projects.len());
    for named in projects {
        let found = named::project(&context.db, organization_id, named).await?;
        let found = found.filter(|found| visible.contains(found.id));
        ids.push(found.ok_or_else(project::not_found)?.id);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn unknown_assignee() -> Error {
    Error::invalid("INVALID_SEARCH", "The organization has no user or team of the name in the search.")
}

/// Looks up an assignee; `None` if the name is unknown.
async fn assigned_to(
    context: &Context,
    caller: &Caller,
    organization_id: i64,
    assigned: &Assigned,
) -> Result<Option<AssignedTo>> {
    let db = &context.db;
    Ok(match assigned {
        Assigned::Anyone => Some(AssignedTo::Anyone),
        Assigned::Unassigned => Some(AssignedTo::Unassigned),
        Assigned::Me => caller.user().map(|user| AssignedTo::User(user.user_id)),
        Assigned::Team(slug) => {
            named::team(db, organization_id, slug).await?.map(|team| AssignedTo::Team(team.id))
        }
        Assigned::Email(email) => assignees::user(db, organization_id, 0, 0, email)
            .await?
            .map(|(user, _)| AssignedTo::User(user.id())),
    })
}
