//! Carries a service's outbox rows to the bus.
//!
//! A row is deleted only after its message is confirmed, so a crash, a lost broker or a full queue
//! repeats messages and never loses one. Messages go out in the order of their rows. When one cannot
//! go out, it and all after it are published again later, those that had been on their way included:
//! consumers may see repeats, and after them the order is right again.
//!
//! A message that no repetition can help (its consumer rejected it in process, its topic does not exist)
//! moves to the table `outbox_dead`, so that it does not hold up the others.

mod batch;
mod lease;

use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::lease::Lease;
use crate::{Bus, BusError};

/// Finds what another process wrote, which cannot wake this one.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// Pauses after a failure double from the first to the last.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// How long a batch that is under way may take after a stop was asked for. Cut short, it is published again
/// after the restart.
const GRACE: Duration = Duration::from_secs(2);

/// Why a batch did not go out completely. All of them pass.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error("the outbox cannot be read or written: {0}")]
    Db(#[from] DbError),
    #[error("publishing failed: {0}")]
    Bus(#[from] BusError),
    #[error("another replica took over")]
    LostLease,
}

/// Publishes what is in the outbox of `db`, and all that will be, until `stop` is cancelled. It is woken by
/// each commit that wrote to the outbox in this process, and looks once a second besides.
///
/// Run one per process: of several replicas one works, and the next takes over 15 s at most after that one
/// vanished, by `clock`. Failures of bus and database are logged and tried again without end.
pub async fn relay(db: Db, bus: Bus, clock: Clock, stop: CancellationToken) {
    let mut lease = Lease::new(db.clone(), clock.clone());
    let mut backoff = FIRST_BACKOFF;
    while !stop.is_cancelled() {
        let relaying = relay_all(&db, &bus, &clock, &mut lease, &stop);
        let out_of_time = async {
            stop.cancelled().await;
            sleep(GRACE).await;
        };
        let relayed = tokio::select! {
            relayed = relaying => relayed,
            () = out_of_time => break,
        };
        match relayed {
            Ok(()) => {
                backoff = FIRST_BACKOFF;
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = db.outbox_notified() => {}
                    () = sleep(POLL_EVERY) => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox waits");
                let _ = stop.run_until_cancelled(sleep(backoff)).await;
                backoff = (backoff * 2).min(LONGEST_BACKOFF);
            }
        }
    }
    lease.release().await;
}

/// Until the outbox is empty or somebody else's turn.
async fn relay_all(
    db: &Db,
    bus: &Bus,
    clock: &Clock,
    lease: &mut Lease,
    stop: &CancellationToken,
) -> Result<(), Interrupted> {
    while !stop.is_cancelled() && lease.hold().await? {
        let rows = db.outbox_batch(batch::ROWS).await?;
        if rows.is_empty() {
            break;
        }
        batch::publish(rows, db, bus, clock, lease).await?;
    }
    Ok(())
}
