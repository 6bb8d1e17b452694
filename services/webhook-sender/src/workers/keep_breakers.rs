//! Stores what this replica found out about endpoints, and learns what the others did.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use super::due::Wake;
use crate::breakers::Breakers;
use crate::store;

/// How long what another replica found out may go unheard.
const EVERY: Duration = Duration::from_secs(1);

/// Works until `stop`.
pub(crate) async fn keep_breakers(
    db: Db,
    clock: Clock,
    breakers: Arc<Breakers>,
    wake: Arc<Wake>,
    stop: Stop,
) {
    loop {
        if let Err(error) = exchange(&db, &breakers, &wake).await {
            tracing::warn!(%error, "the state of endpoints cannot be shared with other replicas");
        }
        tokio::select! {
            () = stop.requested() => return,
            () = breakers.news.notified() => {}
            () = sleep(&clock, EVERY) => {}
        }
    }
}

async fn exchange(db: &Db, breakers: &Breakers, wake: &Wake) -> Result<(), DbError> {
    let changed = breakers.take_changed();
    if !changed.is_empty() {
        store::breakers::save(db, &changed).await.inspect_err(|_| breakers.give_back(&changed))?;
        // A step can be taken only once the row says so.
        wake.now();
    }
    let known: Vec<i64> = breakers.broken().iter().map(|(lane, _)| lane.app_id).collect();
    for row in store::breakers::load_broken(db, &known).await? {
        breakers.adopt(&row);
    }
    Ok(())
}
