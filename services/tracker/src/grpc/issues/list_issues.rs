use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::domain::cursor::{Cursor, Page, Position};
use crate::domain::search::{Assigned, Search};
use crate::domain::short_id;
use crate::domain::{access, organization, project};
use crate::grpc::named;
use crate::store::issues::FoundIssue;
use crate::store::list_issues::{AssignedTo, Listed, Listing, Sort, list};
use crate::store::{assignees, find_short_id};
use crate::tracker::Tracker;

const MAX_PROJECTS: usize = 100;
const MAX_LIMIT: i32 = 100;

#[tracing::instrument(name = "tracker.list_issues", skip_all)]
pub(super) async fn list_issues(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListIssuesRequest,
) -> Result<wire::ListIssuesResponse> {
    let filter = request.filter.unwrap_or_default();
    let Some(mut listing) = listing(tracker, &caller, &filter, access::READ_ISSUES).await? else {
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
    // One more than asked for, to see whether there are more.
    listing.limit = i64::from(limit) + 1;

    let Listed { mut found, stopped_at } = list(&tracker.db, &listing).await?;
    let is_cut = found.len() > limit as usize;
    found.truncate(limit as usize);
    if listing.cursor.is_some_and(|cursor| cursor.back) {
        found.reverse();
    }
    let edges = found.first().zip(found.last()).map(|(first, last)| (position(first), position(last)));
    let (next, previous) = Page { asked: listing.cursor, edges, is_cut, stopped_at }.neighbours();
    let next_cursor = next.map(Cursor::write).unwrap_or_default();
    let previous_cursor = previous.map(Cursor::write).unwrap_or_default();
    let issues = issue::all_to_wire(tracker, &caller, &found).await?;
    Ok(wire::ListIssuesResponse { issues, next_cursor, previous_cursor })
}

fn position(found: &FoundIssue) -> Position {
    Position { last_seen: found.issue.last_seen, id: found.issue.id }
}

/// What a filter means; `None` when nothing can match it.
pub(super) async fn listing(
    tracker: &Tracker,
    caller: &Caller,
    filter: &wire::IssueFilter,
    scopes: &[Scope],
) -> Result<Option<Listing>> {
    let db = &tracker.db;
    let hidden = organization::not_found;
    let organization = named::organization(db, &filter.organization).await?.ok_or_else(hidden)?;
    access::one_of(caller, organization.id, scopes, Error::permission_denied())?;
    if filter.projects.len() > MAX_PROJECTS {
        return Err(Error::invalid(
            "INVALID_SEARCH",
            format!("At most {MAX_PROJECTS} projects can be named."),
        ));
    }
    let mut project_ids = Vec::with_capacity(filter.projects.len());
    for named in &filter.projects {
        let found = named::project(db, organization.id, named).await?.ok_or_else(project::not_found)?;
        project_ids.push(found.id);
    }
    project_ids.sort_unstable();
    project_ids.dedup();
    let organization_id = organization.id;
    // A short id alone means that issue, whatever words it has.
    if let Some((slug, number)) = short_id::parse(filter.query.trim())
        && let Some(id) = find_short_id::find(db, organization_id, &slug, number).await?
    {
        return Ok(Some(Listing { organization_id, project_ids, issue_id: Some(id), ..Listing::default() }));
    }
    let search = Search::read(&filter.query)?;
    let assigned = match &search.assigned {
        None => None,
        Some(assigned) => match assigned_to(tracker, caller, organization_id, assigned).await? {
            None => return Ok(None),
            found => found,
        },
    };
    Ok(Some(Listing {
        organization_id,
        project_ids,
        status: search.status,
        assigned,
        words: search.words,
        ..Listing::default()
    }))
}

/// Who is meant; `None` when there is nobody of that name.
async fn assigned_to(
    tracker: &Tracker,
    caller: &Caller,
    organization_id: i64,
    assigned: &Assigned,
) -> Result<Option<AssignedTo>> {
    let db = &tracker.db;
    Ok(match assigned {
        Assigned::Anybody => Some(AssignedTo::Anybody),
        Assigned::Nobody => Some(AssignedTo::Nobody),
        Assigned::Me => caller.user().map(|user| AssignedTo::User(user.user_id)),
        Assigned::Team(slug) => {
            named::team(db, organization_id, slug).await?.map(|team| AssignedTo::Team(team.id))
        }
        Assigned::Email(email) => assignees::user(db, organization_id, 0, 0, email)
            .await?
            .map(|(user, _)| AssignedTo::User(user.id())),
    })
}
