use chrono::{DateTime, Utc};
use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::IntegrationSource;

use super::finish::{Effect, Field};
use super::lookup::Lookup;
use super::{Applied, ours, source};
use crate::context::Context;
use crate::domain::order::{Tie, Verdict};
use crate::peers::{IssueUpdate, existing};
use crate::store::external_issues::{self, TrackedTicket};
use crate::store::{external_actors, links};
use patchbay_provider::{ExternalUser, Failure, Kind};

/// Assigns the issues that are linked to a ticket, in each organization that wants it.
pub(super) async fn apply(
    lookup: &Lookup<'_>,
    integration_id: i64,
    key: &str,
    assignee: Option<&ExternalUser>,
    at: Option<DateTime<Utc>>,
) -> Applied {
    let mut effects = Vec::new();
    let db = &lookup.context.db;
    for ticket in external_issues::with_key(db, integration_id, key).await.map_err(ours)? {
        let effect = in_organization(lookup, integration_id, &ticket, assignee, at).await.map_err(ours)?;
        effects.extend(effect);
    }
    let is_unmatched = |effect: &Effect| matches!(effect.field, Field::Assignee { is_unmatched: true, .. });
    let halted = effects.iter().any(is_unmatched);
    Ok((effects, halted.then(|| Failure::new(Kind::NoUser, "inbound-assignee-not-found"))))
}

async fn in_organization(
    lookup: &Lookup<'_>,
    integration_id: i64,
    ticket: &TrackedTicket,
    assignee: Option<&ExternalUser>,
    at: Option<DateTime<Utc>>,
) -> Result<Option<Effect>, Error> {
    let organization_id = ticket.organization_id;
    let of = lookup.wanting(organization_id, integration_id, "sync_reverse_assignment").await?;
    let Some(of) = of else { return Ok(None) };
    let candidates = match assignee {
        Some(user) => candidates(lookup, organization_id, integration_id, user).await?,
        None => Vec::new(),
    };
    let mut field = Field::Assignee { candidates, is_unassigned: assignee.is_none(), is_unmatched: false };
    let verdict = ticket.assignee.judge(at, Tie::Theirs, |user| field.is_assignee(*user));
    if let (Verdict::Apply, Field::Assignee { candidates, is_unmatched, .. }) = (verdict, &mut field) {
        let source = source(lookup.context, &of.integration);
        for link in links::of_ticket(&lookup.context.db, ticket.ticket.id).await? {
            let matched = match assignee {
                None => unassign(lookup.context, link.issue_id, &source).await.map(|()| true)?,
                Some(_) => first_member(lookup.context, link.issue_id, candidates, &source).await?,
            };
            *is_unmatched |= !matched;
        }
    }
    Ok(Some(Effect { organization_id, external_issue_id: ticket.ticket.id, verdict, at, field }))
}

/// Users to whom the person's name is mapped, then the user with the person's address.
async fn candidates(
    lookup: &Lookup<'_>,
    organization_id: i64,
    integration_id: i64,
    user: &ExternalUser,
) -> Result<Vec<i64>, Error> {
    let mut found = match &user.name {
        Some(name) => {
            external_actors::users_named(&lookup.context.db, organization_id, integration_id, name).await?
        }
        None => Vec::new(),
    };
    if let Some(email) = user.email.as_deref().filter(|email| !email.is_empty()) {
        found.extend(lookup.user_by_email(email).await?);
    }
    Ok(found)
}

async fn unassign(context: &Context, issue_id: i64, source: &IntegrationSource) -> Result<(), Error> {
    existing(context.tracker.update_issue(issue_id, IssueUpdate::Assign(None), source).await)
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
