use std::sync::Arc;

use chrono::TimeDelta;
use patchbay_db::{Blob, Db, Result, Tx};
use uuid::Uuid;

use super::claim_keys::claim_keys;
use super::decisions;
use super::event_ids;
use super::event_row::{actor_column, targets_column};
use super::give_numbers::give_numbers;
use super::grant_codes::{self, GrantCodes};
use crate::accept::Accepted;
use crate::domain::decision::Decision;
use crate::domain::event::Event;

const COLUMNS: &[&str] = &[
    "id",
    "organization_id",
    "resource",
    "action",
    "actor",
    "project_id",
    "targets",
    "ordering_key",
    "traceparent",
    "accepted_at",
    "decisions",
    "group_id",
    "data",
];

/// The decisions about an event; `None` as long as subscriptions are not known.
pub(crate) type Undecided = Option<Vec<Decision>>;

/// Stores the events in one transaction and numbers their webhooks, except for events whose idempotency key is taken in their
/// organization. The answers are in the order of the events.
///
/// The events become the unmarked group `group_id`. It is due to be handed over again after `recover_after`, or at once if nothing is
/// decided yet.
pub(crate) async fn insert_events(
    db: &Db,
    group_id: Uuid,
    events: &[Arc<Event>],
    decisions: &mut [Undecided],
    recover_after: TimeDelta,
) -> Result<Vec<Accepted>> {
    let mut tx = db.begin().await?;
    let holders = claim_keys(&mut tx, events).await?;
    let mut new: Vec<(&Event, &mut Undecided)> = events
        .iter()
        .zip(decisions)
        .filter(|(event, _)| !holders.contains_key(&event.id))
        .map(|(event, decisions)| (&**event, decisions))
        .collect();
    let decided =
        new.iter_mut().filter_map(|(event, decisions)| Some((event.id, decisions.as_mut()?))).collect();
    give_numbers(&mut tx, decided).await?;
    insert(&mut tx, group_id, &new, recover_after).await?;
    tx.commit().await?;
    let accepted = |event: &Arc<Event>| match holders.get(&event.id) {
        Some(holder) => {
            Accepted { id: holder.event_id, duplicate: true, content_differs: holder.content_differs }
        }
        None => Accepted { id: event.id, duplicate: false, content_differs: false },
    };
    Ok(events.iter().map(accepted).collect())
}

async fn insert(
    tx: &mut Tx,
    group_id: Uuid,
    events: &[(&Event, &mut Undecided)],
    recover_after: TimeDelta,
) -> Result<()> {
    let Some((first, decisions)) = events.first() else { return Ok(()) };
    let pause = if decisions.is_some() { recover_after } else { TimeDelta::zero() };
    let mut codes = GrantCodes::new();
    let rows: Vec<_> = events
        .iter()
        .map(|(event, decisions)| (*event, decisions, grant_codes::stored_data(event, &mut codes)))
        .collect();
    tx.query("insert into unmarked (group_id, recover_at, event_ids, grant_codes) values ($1, $2, $3, $4)")
        .bind(group_id)
        .bind(first.accepted_at + pause)
        .bind(event_ids::encode(events.iter().map(|(event, _)| event.id)))
        .bind(grant_codes::encode(&codes))
        .execute()
        .await?;
    tx.insert_rows("events", COLUMNS, rows, |row, (event, decisions, data)| {
        row.bind(event.id)
            .bind(event.organization_id)
            .bind(event.kind.resource())
            .bind(event.kind.action())
            .bind(actor_column(&event.actor))
            .bind(event.project_id)
            .bind(targets_column(&event.targets))
            .bind(event.ordering_key.clone().map(|key| Blob(key.into())))
            .bind(event.traceparent.as_deref())
            .bind(event.accepted_at)
            .bind(decisions.as_deref().map(|decisions| Blob(decisions::encode(decisions))))
            .bind(group_id)
            .bind(Blob(data));
    })
    .execute()
    .await
    .map(drop)
}
