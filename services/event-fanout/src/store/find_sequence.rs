use patchbay_db::{Blob, Db, Result};
use uuid::Uuid;

use super::claim_unmarked::sizes;

/// A number of an installation and the event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) sequence: i64,
    pub(crate) event_id: Uuid,
    /// Bytes of its data; `None` when it is not kept any more.
    pub(crate) bytes: Option<i64>,
}

/// The numbers of an installation behind `after`, at most `limit` of them, in their order.
pub(crate) async fn find_sequence(
    db: &Db,
    installation_id: Uuid,
    after: i64,
    limit: usize,
) -> Result<Vec<Numbered>> {
    let runs: Vec<(i64, Blob)> = db
        .query(
            "select first, event_ids from sequence_runs where installation_id = $1 and last > $2
             order by last limit $3",
        )
        .bind(installation_id)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all()
        .await?;
    let numbered = runs.iter().flat_map(|(first, ids)| (*first..).zip(ids.0.chunks_exact(16)));
    let numbered: Vec<(i64, Uuid)> = numbered
        .filter(|(sequence, _)| *sequence > after)
        .filter_map(|(sequence, id)| Some((sequence, Uuid::from_slice(id).ok()?)))
        .take(limit)
        .collect();
    let ids: Vec<Uuid> = numbered.iter().map(|(_, id)| *id).collect();
    let sizes: std::collections::HashMap<Uuid, i64> = sizes(db, &ids).await?.into_iter().collect();
    let with_size =
        |(sequence, event_id)| Numbered { sequence, event_id, bytes: sizes.get(&event_id).copied() };
    Ok(numbered.into_iter().map(with_size).collect())
}

/// The newest number of an installation, 0 when it has none.
pub(crate) async fn newest_sequence(db: &Db, installation_id: Uuid) -> Result<i64> {
    let last: Option<(i64,)> = db
        .query("select last from sequences where installation_id = $1")
        .bind(installation_id)
        .fetch_optional()
        .await?;
    Ok(last.map_or(0, |(last,)| last))
}
