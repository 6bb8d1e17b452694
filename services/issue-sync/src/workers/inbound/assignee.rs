use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::IntegrationSource;

use super::{Applied, ours, source};
use crate::context::Context;
use crate::domain::inbound::assignee_is_old;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::settings::is_on;
use crate::peers::IssueUpdate;
use crate::store::external_issues::{self, TrackedTicket};
use crate::store::{external_actors, links, organization_integrations};
use patchbay_provider::{ExternalUser, Failure, Kind, Timed};

/// Assigns the issues that are linked to a ticket, in each organization that wants it.
pub(super) async fn apply(
    context: &Context,
    integration_id: i64,
    key: &str,
    assignee: Option<&ExternalUser>,
    at: Timed,
) -> Result<Applied, Failure> {
    let mut unmatched = false;
    for ticket in external_issues::with_key(&context.db, integration_id, key).await.map_err(ours)? {
        if assignee_is_old(at.at, ticket.assignee_updated_at) {
            continue;
        }
        let wanted = wanted(context, &ticket, integration_id).await.map_err(ours)?;
        let Some(of) = wanted else { continue };
        unmatched |= !assign(context, &ticket, &of, assignee).await.map_err(ours)?;
        // Also without a match: an older change must not be applied later.
        if let Some(at) = at.at {
            external_issues::advance_assignee(&context.db, ticket.ticket.id, at).await.map_err(ours)?;
        }
    }
    if unmatched {
        return Ok(Applied::Halted(Failure::new(Kind::NoUser, "inbound-assignee-not-found")));
    }
    Ok(Applied::Done)
}

/// The integration of the ticket's organization, if it wants assignees from the tracker.
async fn wanted(
    context: &Context,
    ticket: &TrackedTicket,
    integration_id: i64,
) -> Result<Option<OrganizationIntegration>, Error> {
    let of = organization_integrations::find(&context.db, ticket.organization_id, integration_id).await?;
    let of = of.filter(|of| of.is_active() && is_on(&of.config, "sync_reverse_assignment"));
    if of.is_none() {
        return Ok(None);
    }
    let organization = context.tracker.organization(&ticket.organization_id.to_string()).await?;
    Ok(of.filter(|_| organization.is_some_and(|organization| organization.may_sync())))
}

/// False if no user matches for some issue.
async fn assign(
    context: &Context,
    ticket: &TrackedTicket,
    of: &OrganizationIntegration,
    assignee: Option<&ExternalUser>,
) -> Result<bool, Error> {
    let source = source(context, &of.integration);
    let candidates = match assignee {
        Some(user) => candidates(context, ticket.organization_id, of.integration.id, user).await?,
        None => Vec::new(),
    };
    let mut all_matched = true;
    for link in links::of_ticket(&context.db, ticket.ticket.id).await? {
        all_matched &= match assignee {
            None => {
                existing(
                    context.tracker.update_issue(link.issue_id, IssueUpdate::Assign(None), &source).await,
                )?;
                true
            }
            Some(_) => first_member(context, link.issue_id, &candidates, &source).await?,
        };
    }
    Ok(all_matched)
}

/// Users to whom the person's name is mapped, then the user with the person's address.
async fn candidates(
    context: &Context,
    organization_id: i64,
    integration_id: i64,
    user: &ExternalUser,
) -> Result<Vec<i64>, Error> {
    let mut found = match &user.name {
        Some(name) => {
            external_actors::users_named(&context.db, organization_id, integration_id, name).await?
        }
        None => Vec::new(),
    };
    if let Some(email) = user.email.as_deref().filter(|email| !email.is_empty()) {
        found.extend(context.tracker.user_by_email(email).await?);
    }
    Ok(found)
}

/// Assigns the first candidate who may access the issue; false if there is none.
async fn first_member(
    context: &Context,
    issue_id: i64,
    candidates: &[i64],
    source: &IntegrationSource,
) -> Result<bool, Error> {
    for candidate in candidates {
        let update = IssueUpdate::Assign(Some(*candidate));
        match context.tracker.update_issue(issue_id, update, source).await {
            Err(error) if error.kind == ErrorKind::Invalid => {}
            other => return existing(other).map(|()| true),
        }
    }
    Ok(false)
}

/// An issue that was deleted meanwhile needs nothing.
fn existing(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
