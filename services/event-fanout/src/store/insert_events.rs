use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use patchbay_db::{Blob, Db, Result};
use uuid::Uuid;

use super::event_row::{actor_column, targets_column};
use crate::accept::Accepted;
use crate::domain::event::Event;

const COLUMNS: &[&str] = &[
    "id",
    "organization_id",
    "idempotency_key",
    "resource",
    "action",
    "actor",
    "project_id",
    "targets",
    "traceparent",
    "accepted_at",
    "recover_at",
    "data",
];

/// Makes the events durable, all together, except for those whose idempotency key is known in their organization.
/// The answers are in the order of the events.
pub(crate) async fn insert_events(
    db: &Db,
    events: &[Arc<Event>],
    recover_after: TimeDelta,
) -> Result<Vec<Accepted>> {
    let inserted = db
        .insert_rows("events", COLUMNS, in_order_of_keys(events), |row, event| {
            let event_type = event.kind.event_type();
            row.bind(event.id)
                .bind(event.organization_id)
                .bind(event.idempotency_key.clone().map(Blob))
                .bind(event_type.resource)
                .bind(event_type.action)
                .bind(actor_column(&event.actor))
                .bind(event.project_id)
                .bind(targets_column(&event.targets))
                .bind(event.traceparent.as_deref())
                .bind(event.accepted_at)
                .bind(event.accepted_at + recover_after)
                .bind(Blob(event.data.clone()));
        })
        .suffix("on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing")
        .execute()
        .await?;
    if usize::try_from(inserted) == Ok(events.len()) {
        return Ok(events.iter().map(|event| Accepted { id: event.id, duplicate: false }).collect());
    }
    let firsts = firsts(db, events).await?;
    Ok(events.iter().map(|event| accepted(event, &firsts)).collect())
}

/// Two replicas that insert the same keys take them in the same order, so neither waits for the other in a circle.
fn in_order_of_keys(events: &[Arc<Event>]) -> Vec<&Event> {
    let mut ordered: Vec<&Event> = events.iter().map(AsRef::as_ref).collect();
    if ordered.iter().any(|event| event.idempotency_key.is_some()) {
        ordered.sort_by_key(|event| (event.organization_id, &event.idempotency_key));
    }
    ordered
}

type Key = (i64, Vec<u8>);

/// The id that each key of these events belongs to.
async fn firsts(db: &Db, events: &[Arc<Event>]) -> Result<HashMap<Key, Uuid>> {
    let keyed =
        || events.iter().filter_map(|event| Some((event.organization_id, event.idempotency_key.as_ref()?)));
    let organizations: BTreeSet<i64> = keyed().map(|(organization, _)| organization).collect();
    let keys: BTreeSet<Vec<u8>> = keyed().map(|(_, key)| key.to_vec()).collect();
    let found: Vec<(i64, Vec<u8>, Uuid)> = db
        .query(
            "select organization_id, idempotency_key, id from events
             where organization_id in ($list) and idempotency_key in ($list)",
        )
        .bind_list(&Vec::from_iter(organizations))
        .bind_list(&Vec::from_iter(keys))
        .fetch_all()
        .await?;
    Ok(found.into_iter().map(|(organization, key, id)| ((organization, key), id)).collect())
}

fn accepted(event: &Event, firsts: &HashMap<Key, Uuid>) -> Accepted {
    let key = event.idempotency_key.as_ref().map(|key| (event.organization_id, key.to_vec()));
    let id = key.and_then(|key| firsts.get(&key).copied()).unwrap_or(event.id);
    Accepted { id, duplicate: id != event.id }
}
