use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::Result;

use crate::context::Context;
use crate::domain::issue::Issue;
use crate::domain::issue::assignee::{Assignee, AssigneeName, outsider, team_outside, unknown};
use crate::domain::issue::change::IssueChange;
use crate::store::{assignees, subscriptions};

/// The assignee with this name in the project; `None` unassigns.
pub(super) async fn resolve(
    context: &Context,
    organization_id: i64,
    project_id: i64,
    name: &AssigneeName,
) -> Result<Option<Assignee>> {
    let (db, mut is_team) = (&context.db, false);
    let found = match name {
        AssigneeName::Unassigned => return Ok(None),
        AssigneeName::User(id) => assignees::user(db, organization_id, project_id, *id, "").await?,
        AssigneeName::Email(email) => assignees::user(db, organization_id, project_id, 0, email).await?,
        AssigneeName::Team(id) => {
            is_team = true;
            assignees::team(db, organization_id, project_id, *id, "").await?
        }
        AssigneeName::TeamSlug(slug) => {
            is_team = true;
            assignees::team(db, organization_id, project_id, 0, slug).await?
        }
    };
    match found {
        Some((assignee, true)) => Ok(Some(assignee)),
        Some((_, false)) if is_team => Err(team_outside()),
        Some((_, false)) => Err(outsider()),
        None => Err(unknown()),
    }
}

/// Assigns or unassigns an issue; returns `None` if nothing changes.
pub(super) async fn assign(
    tx: &mut Tx,
    issue: &mut Issue,
    assignee: Option<Assignee>,
    now: DateTime<Utc>,
) -> Result<Option<IssueChange>> {
    let previous = issue.assignee.take();
    let stays = match (&previous, &assignee) {
        (None, None) => true,
        (Some(previous), Some(assignee)) => previous.is(assignee),
        _ => false,
    };
    if stays {
        issue.assignee = previous;
        return Ok(None);
    }
    if let Some(previous) = &previous {
        let team = assignee.as_ref().and_then(Assignee::team_id);
        subscriptions::unsubscribe_assignee(tx, issue.id, previous, team).await?;
    }
    issue.assignee = assignee.clone();
    Ok(Some(match assignee {
        Some(assignee) => {
            subscriptions::subscribe_assignee(tx, issue.id, &assignee, now).await?;
            IssueChange::Assigned(assignee)
        }
        None => IssueChange::Unassigned,
    }))
}
