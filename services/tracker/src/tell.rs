//! Writes what happened to issues: activity, history, and the events for apps.

use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};
use patchbay_domain::Actor;

use crate::domain::comment::Author;
use crate::domain::event::Scene;
use crate::domain::happening::Happening;
use crate::events;
use crate::store::happenings::{self, Happened};

/// Something that happened, where, and through whom.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) scene: Scene<'a>,
    pub(crate) happening: &'a Happening,
    pub(crate) author: Author,
    pub(crate) actor: &'a Actor,
}

/// Writes all of it; the numbers from `first_id` on are taken, one for each.
pub(crate) async fn tell(tx: &mut Tx, told: &[Told<'_>], first_id: i64, now: DateTime<Utc>) -> Result<()> {
    let happened: Vec<_> = (first_id..)
        .zip(told)
        .map(|(id, told)| Happened {
            id,
            organization_id: told.scene.issue.organization_id,
            project_id: told.scene.issue.project_id,
            issue_id: told.scene.issue.id,
            author: told.author,
            happening: told.happening,
        })
        .collect();
    happenings::insert(tx, &happened, now).await?;
    let events = (first_id..)
        .zip(told)
        .filter_map(|(id, told)| told.scene.event_of(told.happening, told.actor.clone(), id))
        .map(events::message);
    tx.outbox_all(events).await
}
