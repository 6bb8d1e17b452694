//! Publishes the outbox rows of a service.
//!
//! A row is deleted only after its message is confirmed. A crash, an unavailable broker or a full queue can
//! therefore repeat messages but never lose one. Messages are published in the order of their rows. If one
//! cannot be published, it and all later ones are published again, including those that were on their way:
//! consumers may see repetitions, after which the order is right again.
//!
//! A message for which repeating cannot help (its consumer rejected it in process, or its topic does not
//! exist) moves to the table `outbox_dead`, so that it does not block the others.

mod batch;
mod lease;

use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::lease::Lease;
use crate::{Bus, BusError};

/// Finds rows of other processes, which cannot wake this one.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// The pause after a failure doubles from the first to the last of these.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// How long a running batch may take after a stop was requested. If it takes longer it is dropped, and
/// published again after the restart.
const GRACE: Duration = Duration::from_secs(2);

/// Why a batch was interrupted. All of these conditions are temporary.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error("the outbox cannot be read or written: {0}")]
    Db(#[from] DbError),
    #[error("publishing failed: {0}")]
    Bus(#[from] BusError),
    #[error("another replica took over")]
    LostLease,
}

/// Publishes the outbox of `db` until `stop` is cancelled. Every commit in this process that wrote to the
/// outbox wakes it; it also polls once a second.
///
/// Run one per process. One of several replicas works; if it disappears, another one takes over within 15 s
/// by `clock`. Failures of bus and database are logged and retried without limit.
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
                tracing::warn!(%error, "cannot publish the outbox; trying again after a pause");
                let _ = stop.run_until_cancelled(sleep(backoff)).await;
                backoff = (backoff * 2).min(LONGEST_BACKOFF);
            }
        }
    }
    lease.release().await;
}

/// Publishes until the outbox is empty or another process holds the lease.
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
