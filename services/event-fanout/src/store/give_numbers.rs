use std::collections::BTreeMap;
use std::sync::LazyLock;

use patchbay_db::{Blob, Engine, Result, Tx};
use uuid::Uuid;

use super::event_ids;
use crate::domain::decision::Decision;
use crate::domain::number::{Run, number, numbered_events};

/// The length of 16 event ids in `sequences.recent`. At this length they move to a row of `sequence_runs`.
const FULL_BYTES: usize = 16 * size_of::<Uuid>();

/// Updates a row of `sequences`, and returns the recent events if they are to move to `sequence_runs`.
static RAISE_POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "on conflict (installation_id) do update set
    last = sequences.last + excluded.last, recent = sequences.recent || excluded.recent
    returning installation_id, last, case when length(recent) >= {FULL_BYTES} then recent end"
    )
});
/// The same for SQLite, where the concatenation of two blobs is a text.
static RAISE_SQLITE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "on conflict (installation_id) do update set
    last = sequences.last + excluded.last, recent = cast(sequences.recent || excluded.recent as blob)
    returning installation_id, last, case when length(recent) >= {FULL_BYTES} then recent end"
    )
});

/// Numbers the webhooks of these events in their order, and stores which event has which number.
///
/// Holds a lock of each installation until the transaction ends, so take other locks before.
pub(super) async fn give_numbers(tx: &mut Tx, mut events: Vec<(Uuid, &mut Vec<Decision>)>) -> Result<()> {
    let numbered = numbered_events(events.iter().map(|(id, decisions)| (*id, &**decisions)));
    if numbered.is_empty() {
        return Ok(());
    }
    let raised = raise(tx, &numbered).await?;
    let lasts = raised.iter().map(|(installation_id, last, _)| (*installation_id, *last)).collect();
    number(events.iter_mut().map(|(_, decisions)| &mut **decisions), &numbered, &lasts);
    let full = raised.iter().filter_map(|(installation_id, last, recent)| {
        Run::ending_with(*installation_id, *last, event_ids::decode(recent.as_ref()?).collect())
    });
    let full: Vec<Run> = full.collect();
    if full.is_empty() { Ok(()) } else { file(tx, &full).await }
}

/// Raises the last number of each installation. Returns it, with the recent events if they are to move to `sequence_runs`.
async fn raise(tx: &mut Tx, numbered: &BTreeMap<Uuid, Vec<Uuid>>) -> Result<Vec<(Uuid, i64, Option<Blob>)>> {
    let suffix: &'static str = match tx.engine() {
        Engine::Postgres => &RAISE_POSTGRES,
        Engine::Sqlite => &RAISE_SQLITE,
    };
    let columns = &["installation_id", "last", "recent"];
    tx.insert_rows("sequences", columns, numbered, |row, (installation_id, events)| {
        row.bind(*installation_id)
            .bind(i64::try_from(events.len()).unwrap_or(i64::MAX))
            .bind(event_ids::encode(events.iter().copied()));
    })
    .suffix(suffix)
    .fetch_all()
    .await
}

/// Moves recent events to `sequence_runs`.
async fn file(tx: &mut Tx, runs: &[Run]) -> Result<()> {
    let columns = &["installation_id", "last", "first_event_id", "first", "event_ids"];
    tx.insert_rows("sequence_runs", columns, runs, |row, run| {
        row.bind(run.installation_id)
            .bind(run.last)
            .bind(run.event_ids.first().copied().unwrap_or_default())
            .bind(run.first)
            .bind(event_ids::encode(run.event_ids.iter().copied()));
    })
    .execute()
    .await?;
    let installations: Vec<Uuid> = runs.iter().map(|run| run.installation_id).collect();
    tx.query_per_engine(
        "update sequences set recent = '' where installation_id in ($list)",
        "update sequences set recent = x'' where installation_id in ($list)",
    )
    .bind_list(&installations)
    .execute()
    .await
    .map(drop)
}
