use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use patchbay_db::{Blob, Result, Tx};
use uuid::Uuid;

use crate::domain::event::Event;

type Key = (i64, Vec<u8>);

/// The event that has taken a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) event_id: Uuid,
    /// Whether it has other content than the event that came with the same key.
    pub(super) content_differs: bool,
}

/// Takes the idempotency keys of these events. Returns, for each event whose key another one has taken already, by its own id, that
/// other event.
pub(super) async fn claim_keys(tx: &mut Tx, events: &[Arc<Event>]) -> Result<HashMap<Uuid, Holder>> {
    let mut keyed: Vec<&Arc<Event>> = events.iter().filter(|event| event.idempotency_key.is_some()).collect();
    if keyed.is_empty() {
        return Ok(HashMap::new());
    }
    // Two replicas that take the same keys do so in the same order, so that they cannot deadlock.
    keyed.sort_by_key(|event| (event.organization_id, key(event)));
    let columns = &["organization_id", "key", "event_id", "accepted_at", "content"];
    let new: Vec<(Uuid,)> = tx
        .insert_rows("idempotency_keys", columns, &keyed, |row, event| {
            let known = event.idempotency_key.as_ref();
            row.bind(event.organization_id)
                .bind(known.map(|known| Blob(known.key.clone())))
                .bind(event.id)
                .bind(event.accepted_at)
                .bind(known.map(|known| Blob(known.content.clone())));
        })
        .suffix("on conflict (organization_id, key) do nothing returning event_id")
        .fetch_all()
        .await?;
    if new.len() == keyed.len() {
        return Ok(HashMap::new());
    }
    let new: HashSet<Uuid> = new.into_iter().map(|(id,)| id).collect();
    keyed.retain(|event| !new.contains(&event.id));
    let holders = holders(tx, &keyed).await?;
    let holder = |event: &Arc<Event>| {
        let known = event.idempotency_key.as_ref()?;
        let (event_id, content) = holders.get(&(event.organization_id, known.key.to_vec()))?;
        let content_differs = content.as_ref().is_some_and(|content| content.0 != known.content);
        Some((event.id, Holder { event_id: *event_id, content_differs }))
    };
    Ok(keyed.into_iter().filter_map(holder).collect())
}

/// The event that has each key of these, and its fingerprint.
async fn holders(tx: &mut Tx, events: &[&Arc<Event>]) -> Result<HashMap<Key, (Uuid, Option<Blob>)>> {
    let organizations: BTreeSet<i64> = events.iter().map(|event| event.organization_id).collect();
    let keys: BTreeSet<Vec<u8>> = events.iter().filter_map(|event| key(event)).map(<[u8]>::to_vec).collect();
    let found: Vec<(i64, Vec<u8>, Uuid, Option<Blob>)> = tx
        .query(
            "select organization_id, key, event_id, content from idempotency_keys
             where organization_id in ($list) and key in ($list)",
        )
        .bind_list(&Vec::from_iter(organizations))
        .bind_list(&Vec::from_iter(keys))
        .fetch_all()
        .await?;
    Ok(found
        .into_iter()
        .map(|(organization, key, id, content)| ((organization, key), (id, content)))
        .collect())
}

fn key(event: &Event) -> Option<&[u8]> {
    event.idempotency_key.as_ref().map(|known| &*known.key)
}
