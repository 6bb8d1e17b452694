//! Lets go of webhooks that were kept, once their installation or app may be sent webhooks again.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use super::due::Wake;
use crate::store::held::{held_installations, release};
use crate::world::World;

/// News may have come while storage could not be asked.
const EVERY: Duration = Duration::from_secs(60);
/// News come in bunches.
const GATHER: Duration = Duration::from_millis(200);
/// Webhooks in one statement.
const BATCH: u32 = 1000;

/// Works until `stop`. Goes by what is known now and not by what has changed, so that no news can be missed.
pub(crate) async fn release_held(db: Db, clock: Clock, world: Arc<World>, wake: Arc<Wake>, stop: Stop) {
    let (mut endpoints, mut installations) = (world.endpoints.news(), world.installations.news());
    tokio::select! {
        () = stop.requested() => return,
        () = world.complete() => {}
    }
    loop {
        endpoints.mark_unchanged();
        installations.mark_unchanged();
        if let Err(error) = look(&db, &clock, &world, &wake).await {
            tracing::warn!(%error, "cannot look for webhooks that were kept");
        }
        let news = async {
            tokio::select! {
                _ = endpoints.changed() => {}
                _ = installations.changed() => {}
            }
            tokio::time::sleep(GATHER).await;
        };
        tokio::select! {
            () = stop.requested() => return,
            () = news => {}
            () = sleep(&clock, EVERY) => {}
        }
    }
}

async fn look(db: &Db, clock: &Clock, world: &World, wake: &Wake) -> Result<(), DbError> {
    for (installation_id, app_id) in held_installations(db).await? {
        while !world.holds(app_id, &installation_id) {
            let released = release(db, installation_id, clock.now(), BATCH).await?;
            if released > 0 {
                tracing::info!(%installation_id, app_id, released, "webhooks that were kept are sent");
                wake.now();
            }
            if released < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(())
}
