use std::collections::BTreeMap;

use patchbay_db::{Blob, Db, Result};
use uuid::Uuid;

use super::event_ids;
use super::event_sizes::event_sizes;
use crate::domain::number::Run;

/// A sequence number of an installation and its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) sequence: i64,
    pub(crate) event_id: Uuid,
    /// Bytes of its data; `None` when it is not kept any more.
    pub(crate) bytes: Option<i64>,
}

/// The sequence numbers of an installation after `after`, at most `limit`, in ascending order.
pub(crate) async fn find_sequence(
    db: &Db,
    installation_id: Uuid,
    after: i64,
    limit: usize,
) -> Result<Vec<Numbered>> {
    // Recent ones are read first, so that one that moves to a run meanwhile is found twice rather than missed.
    let recent: Option<(i64, Blob)> = db
        .query("select last, recent from sequences where installation_id = $1")
        .bind(installation_id)
        .fetch_optional()
        .await?;
    let runs: Vec<(i64, Blob)> = db
        .query(
            "select last, event_ids from sequence_runs where installation_id = $1 and last > $2
             order by last limit $3",
        )
        .bind(installation_id)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all()
        .await?;
    let read =
        |(last, ids): (i64, Blob)| Run::ending_with(installation_id, last, event_ids::decode(&ids).collect());
    let runs: Vec<Run> = runs.into_iter().filter_map(read).collect();
    let recent = recent.and_then(read);
    let wanted = |(sequence, _): &(i64, Uuid)| *sequence > after;
    let mut numbered: BTreeMap<i64, Uuid> =
        runs.iter().flat_map(Run::numbers).filter(wanted).take(limit).collect();
    // They have the highest numbers, so a page that is full without them drops them again.
    numbered.extend(recent.iter().flat_map(Run::numbers).filter(wanted));
    let page: Vec<(i64, Uuid)> = numbered.into_iter().take(limit).collect();
    let ids: Vec<Uuid> = page.iter().map(|(_, id)| *id).collect();
    let sizes = event_sizes(db, &ids).await?;
    let with_size =
        |(sequence, event_id)| Numbered { sequence, event_id, bytes: sizes.get(&event_id).copied() };
    Ok(page.into_iter().map(with_size).collect())
}

/// The newest sequence number of an installation; 0 if it has none.
pub(crate) async fn newest_sequence(db: &Db, installation_id: Uuid) -> Result<i64> {
    let last: Option<(i64,)> = db
        .query("select last from sequences where installation_id = $1")
        .bind(installation_id)
        .fetch_optional()
        .await?;
    Ok(last.map_or(0, |(last,)| last))
}
