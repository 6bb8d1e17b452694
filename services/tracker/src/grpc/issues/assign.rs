use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::Result;

use crate::context::Context;
use crate::domain::assignee::{Assignee, AssigneeName, outsider, team_outside, unknown};
use crate::domain::happening::Happening;
use crate::domain::issue::Issue;
use crate::store::{assignees, subscriptions};

/// Who is meant in this project; `None` is nobody.
pub(super) async fn resolve(
    context: &Context,
    organization_id: i64,
    project_id: i64,
    name: &AssigneeName,
) -> Result<Option<Assignee>> {
    let (db, mut team_asked) = (&context.db, false);
    let found = match name {
        AssigneeName::Nobody => return Ok(None),
        AssigneeName::User(id) => assignees::user(db, organization_id, project_id, *id, "").await?,
        AssigneeName::Email(email) => assignees::user(db, organization_id, project_id, 0, email).await?,
        AssigneeName::Team(id) => {
            team_asked = true;
            assignees::team(db, organization_id, project_id, *id, "").await?
        }
        AssigneeName::TeamSlug(slug) => {
            team_asked = true;
            assignees::team(db, organization_id, project_id, 0, slug).await?
        }
    };
    match found {
        Some((assignee, true)) => Ok(Some(assignee)),
        Some((_, false)) if team_asked => Err(team_outside()),
        Some((_, false)) => Err(outsider()),
        None => Err(unknown()),
    }
}

/// Gives an issue to somebody, or takes it from whoever has it; `None` when it is so already.
pub(super) async fn assign(
    tx: &mut Tx,
    issue: &mut Issue,
    wanted: Option<Assignee>,
    now: DateTime<Utc>,
) -> Result<Option<Happening>> {
    let previous = issue.assignee.take();
    let stays = match (&previous, &wanted) {
        (None, None) => true,
        (Some(previous), Some(wanted)) => previous.is(wanted),
        _ => false,
    };
    if stays {
        issue.assignee = previous;
        return Ok(None);
    }
    if let Some(previous) = &previous {
        let team = wanted.as_ref().and_then(Assignee::team_id);
        subscriptions::unsubscribe_assignee(tx, issue.id, previous, team).await?;
    }
    issue.assignee = wanted.clone();
    Ok(Some(match wanted {
        Some(assignee) => {
            subscriptions::subscribe_assignee(tx, issue.id, &assignee, now).await?;
            Happening::Assigned(assignee)
        }
        None => Happening::Unassigned,
    }))
}
