use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use patchbay_db::{Blob, Result, Tx};
use uuid::Uuid;

use crate::domain::event::Event;

type Key = (i64, Vec<u8>);

/// Takes the idempotency keys of these events. For each event whose key belongs to another one already, by its own
/// id: the id of that first one.
pub(super) async fn claim_keys(tx: &mut Tx, events: &[Arc<Event>]) -> Result<HashMap<Uuid, Uuid>> {
    let mut keyed: Vec<&Arc<Event>> = events.iter().filter(|event| event.idempotency_key.is_some()).collect();
    if keyed.is_empty() {
        return Ok(HashMap::new());
    }
    // Two replicas that take the same keys do so in the same order, so neither waits for the other in a circle.
    keyed.sort_by_key(|event| (event.organization_id, &event.idempotency_key));
    let columns = &["organization_id", "key", "event_id", "accepted_at"];
    let new: Vec<(Uuid,)> = tx
        .insert_rows("idempotency_keys", columns, &keyed, |row, event| {
            row.bind(event.organization_id)
                .bind(event.idempotency_key.clone().map(Blob))
                .bind(event.id)
                .bind(event.accepted_at);
        })
        .suffix("on conflict (organization_id, key) do nothing returning event_id")
        .fetch_all()
        .await?;
    if new.len() == keyed.len() {
        return Ok(HashMap::new());
    }
    let new: HashSet<Uuid> = new.into_iter().map(|(id,)| id).collect();
    keyed.retain(|event| !new.contains(&event.id));
    let firsts = firsts(tx, &keyed).await?;
    let first = |event: &Arc<Event>| {
        let key = (event.organization_id, event.idempotency_key.as_ref()?.to_vec());
        Some((event.id, *firsts.get(&key)?))
    };
    Ok(keyed.into_iter().filter_map(first).collect())
}

/// The event that each key of these belongs to.
async fn firsts(tx: &mut Tx, events: &[&Arc<Event>]) -> Result<HashMap<Key, Uuid>> {
    let organizations: BTreeSet<i64> = events.iter().map(|event| event.organization_id).collect();
    let keys: BTreeSet<Vec<u8>> =
        events.iter().filter_map(|event| Some(event.idempotency_key.as_ref()?.to_vec())).collect();
    let found: Vec<(i64, Vec<u8>, Uuid)> = tx
        .query(
            "select organization_id, key, event_id from idempotency_keys
             where organization_id in ($list) and key in ($list)",
        )
        .bind_list(&Vec::from_iter(organizations))
        .bind_list(&Vec::from_iter(keys))
        .fetch_all()
        .await?;
    Ok(found.into_iter().map(|(organization, key, id)| ((organization, key), id)).collect())
}
