use chrono::TimeDelta;
use patchbay_domain::Error;

use crate::context::Context;
use crate::store::{app_upkeep, versions};

/// Time for an app that was removed to hear of it: its last webhooks are tried for so long.
const LAST_WORDS: TimeDelta = TimeDelta::hours(1);

pub(super) async fn forget_apps(context: &Context) -> Result<(), Error> {
    let before = context.clock.now() - LAST_WORDS;
    for app in app_upkeep::to_forget(&context.db, before).await? {
        let mut tx = context.db.begin().await?;
        let version = versions::next(&mut tx).await?;
        app_upkeep::forget(&mut tx, app, version).await?;
        context.commit(tx).await?;
    }
    Ok(())
}
