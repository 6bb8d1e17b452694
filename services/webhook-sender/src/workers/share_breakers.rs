use std::time::Duration;

use patchbay_db::DbError;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store;

/// How often the breakers of other replicas are read.
const EVERY: Duration = Duration::from_secs(1);

/// Stores the breakers that this replica changed and adopts newer ones of other replicas, until a stop is requested.
pub(crate) async fn share_breakers(context: Context) {
    loop {
        if let Err(error) = exchange(&context).await {
            tracing::warn!(%error, "breakers could not be shared with other replicas; the next attempt is in 1 s");
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = context.breakers.changed.notified() => {}
            () = sleep(&context.clock, EVERY) => {}
        }
    }
}

async fn exchange(context: &Context) -> Result<(), DbError> {
    let Context { db, breakers, due, .. } = context;
    let unsaved = breakers.take_unsaved();
    if !unsaved.is_empty() {
        store::breakers::save(db, &unsaved).await.inspect_err(|_| breakers.give_back(&unsaved))?;
        // A probe or drain step needs the stored row.
        due.now();
    }
    let known: Vec<i64> = breakers.not_closed().iter().map(|(endpoint, _)| endpoint.app_id).collect();
    for row in store::breakers::load_not_closed(db, &known).await? {
        breakers.adopt(&row);
    }
    Ok(())
}
