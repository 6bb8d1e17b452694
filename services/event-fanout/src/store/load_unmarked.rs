use std::collections::HashSet;

use patchbay_db::{Db, Result};
use uuid::Uuid;

use super::load_events;
use crate::domain::decided::Decided;
use crate::domain::event::Event;
use crate::domain::own_type::OwnTypes;

/// Those of these events that are not marked as handed over, in the order of their ids.
pub(crate) async fn load_unmarked(
    db: &Db,
    own_types: &OwnTypes,
    ids: &[Uuid],
) -> Result<Vec<(Event, Option<Vec<Decided>>)>> {
    let unmarked: HashSet<Uuid> = db
        .query("select event_id from unmarked where event_id in ($list)")
        .bind_list(ids)
        .fetch_scalars()
        .await?
        .into_iter()
        .collect();
    let ids: Vec<Uuid> = ids.iter().copied().filter(|id| unmarked.contains(id)).collect();
    load_events(db, own_types, &ids).await
}
