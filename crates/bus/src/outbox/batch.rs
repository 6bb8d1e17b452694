//! Publishes a batch of rows and deletes those that are confirmed.

use patchbay_db::{Db, DbError, OutboxRow};
use patchbay_domain::Clock;

use super::Interrupted;
use super::lease::Lease;
use crate::{Bus, BusError, Confirm, Message, Topic};

/// The number of rows that are on their way at the same time.
pub(super) const ROWS: u32 = 512;

/// Publishes `rows` in order. Rows that are confirmed before an interruption are deleted.
pub(super) async fn publish(
    rows: Vec<OutboxRow>,
    db: &Db,
    bus: &Bus,
    clock: &Clock,
    lease: &mut Lease,
) -> Result<(), Interrupted> {
    let mut under_way = Vec::with_capacity(rows.len());
    let mut interrupted = Ok(());
    for row in rows {
        let id = row.id;
        match lease.hold_during(publish_row(row, bus)).await.and_then(settled) {
            Ok(handed_over) => under_way.push((id, handed_over)),
            Err(interruption) => {
                interrupted = Err(interruption);
                break;
            }
        }
    }

    let mut arrived = Vec::with_capacity(under_way.len());
    let mut dead = Vec::new();
    for (id, handed_over) in under_way {
        let confirmed = match handed_over {
            Ok(confirm) => lease.hold_during(confirm).await.and_then(settled),
            Err(error) => Ok(Err(error)),
        };
        match confirmed {
            Ok(Ok(())) => arrived.push(id),
            Ok(Err(error)) => dead.push((id, error)),
            Err(interruption) => {
                interrupted = Err(interruption);
                break;
            }
        }
    }
    clear(db, clock, &arrived, dead).await?;
    interrupted
}

async fn publish_row(row: OutboxRow, bus: &Bus) -> Result<Confirm, BusError> {
    let topic = Topic::from_name(&row.topic).ok_or(BusError::Invalid("there is no such topic"))?;
    let message = Message { key: row.key, body: row.body.0, headers: row.headers.0 };
    bus.publish(topic, message).await
}

async fn clear(db: &Db, clock: &Clock, arrived: &[i64], dead: Vec<(i64, BusError)>) -> Result<(), DbError> {
    if !arrived.is_empty() {
        db.outbox_delete(arrived).await?;
    }
    for (id, error) in dead {
        tracing::error!(id, %error, "a message of the outbox cannot be published; moved to outbox_dead");
        db.outbox_bury(id, &error.to_string(), clock.now()).await?;
    }
    Ok(())
}

/// Whether the error is temporary and interrupts the batch, or concerns this message only. A closed bus
/// counts as temporary: the next start opens another one.
fn settled<T>(result: Result<T, BusError>) -> Result<Result<T, BusError>, Interrupted> {
    match result {
        Err(error) if error.is_retryable() || error == BusError::Closed => Err(error.into()),
        settled => Ok(settled),
    }
}
