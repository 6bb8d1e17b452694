use std::time::Duration;

use patchbay_db::DbError;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store::held::{held_installations, release};

/// A change may have come while the database could not be queried.
const EVERY: Duration = Duration::from_secs(60);
/// Changes come in groups, and one round serves a group.
const GATHER: Duration = Duration::from_millis(200);
/// Webhooks that are released by one statement.
const BATCH: u32 = 1000;

/// Releases held webhooks once their installation and app may be sent webhooks again, until a stop is requested. Each round
/// compares against the present state instead of a change, so that no change is missed.
pub(crate) async fn release_held(context: Context) {
    let Context { clock, routing, stop, .. } = &context;
    let (mut endpoints, mut installations) = (routing.endpoints.changes(), routing.installations.changes());
    tokio::select! {
        () = stop.requested() => return,
        () = routing.complete() => {}
    }
    loop {
        endpoints.mark_unchanged();
        installations.mark_unchanged();
        if let Err(error) = release_all(&context).await {
            tracing::warn!(%error, "held webhooks could not be released; the next attempt is in 60 s");
        }
        let change = async {
            tokio::select! {
                _ = endpoints.changed() => {}
                _ = installations.changed() => {}
            }
            tokio::time::sleep(GATHER).await;
        };
        tokio::select! {
            () = stop.requested() => return,
            () = change => {}
            () = sleep(clock, EVERY) => {}
        }
    }
}

async fn release_all(context: &Context) -> Result<(), DbError> {
    let Context { db, clock, routing, due, .. } = context;
    for (installation_id, app_id) in held_installations(db).await? {
        while !routing.holds(app_id, &installation_id) {
            let released = release(db, installation_id, clock.now(), BATCH).await?;
            if released > 0 {
                tracing::info!(%installation_id, app_id, released, "held webhooks are released");
                due.now();
            }
            if released < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(())
}
