use std::collections::{BTreeMap, HashMap};

use patchbay_db::{Blob, Result, Tx};
use uuid::Uuid;

use crate::domain::decided::Decided;
use crate::domain::number::{Run, needed, number};

/// Numbers the webhooks of these events, in their order, and records which events the numbers are.
///
/// Holds a lock for each installation until the transaction ends: take others before.
pub(super) async fn give_numbers(tx: &mut Tx, mut events: Vec<(Uuid, &mut Vec<Decided>)>) -> Result<()> {
    let needed = needed(events.iter().flat_map(|(_, decisions)| decisions.iter()));
    if needed.is_empty() {
        return Ok(());
    }
    let lasts = raise(tx, &needed).await?;
    let runs = number(events.iter_mut().map(|(id, decisions)| (*id, &mut **decisions)), &needed, &lasts);
    record(tx, &runs).await
}

/// Raises the last number of each installation; what it is now.
async fn raise(tx: &mut Tx, needed: &BTreeMap<Uuid, i64>) -> Result<HashMap<Uuid, i64>> {
    let raised: Vec<(Uuid, i64)> = tx
        .insert_rows("sequences", &["installation_id", "last"], needed, |row, (installation_id, count)| {
            row.bind(*installation_id).bind(*count);
        })
        .suffix(
            "on conflict (installation_id) do update set last = sequences.last + excluded.last
             returning installation_id, last",
        )
        .fetch_all()
        .await?;
    Ok(raised.into_iter().collect())
}

async fn record(tx: &mut Tx, runs: &[Run]) -> Result<()> {
    let columns = &["installation_id", "last", "first_event_id", "first", "event_ids"];
    tx.insert_rows("sequence_runs", columns, runs, |row, run| {
        let event_ids: Vec<u8> = run.event_ids.iter().flat_map(|id| id.into_bytes()).collect();
        row.bind(run.installation_id)
            .bind(run.last)
            .bind(run.event_ids.first().copied().unwrap_or_default())
            .bind(run.first)
            .bind(Blob(event_ids.into()));
    })
    .execute()
    .await
    .map(drop)
}
