use chrono::TimeDelta;
use patchbay_domain::Error;

use crate::context::Context;
use crate::store::{app_upkeep, versions};

/// A removed app keeps its endpoint for this long, so that the webhooks about its removal can be delivered.
const ENDPOINT_RETENTION: TimeDelta = TimeDelta::hours(1);

pub(super) async fn forget_apps(context: &Context) -> Result<(), Error> {
    let before = context.clock.now() - ENDPOINT_RETENTION;
    for app in app_upkeep::to_forget(&context.db, before).await? {
        let mut tx = context.db.begin().await?;
        let version = versions::next(&mut tx).await?;
        app_upkeep::forget(&mut tx, app, version).await?;
        context.commit(tx).await?;
    }
    Ok(())
}
