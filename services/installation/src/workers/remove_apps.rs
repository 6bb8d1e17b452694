use patchbay_domain::Error;
use patchbay_proto::event_fanout::UserActor;

use crate::context::Context;
use crate::domain::app::App;
use crate::domain::installation::{Installation, InstalledApp};
use crate::ending::end;
use crate::store::{app_upkeep, components, installations, versions};

/// Read at once.
const BATCH: i64 = 100;

/// Ends every installation of the apps that somebody wants removed; an app without any is gone.
pub(super) async fn remove_apps(context: &Context) -> Result<(), Error> {
    for app in app_upkeep::in_removal(&context.db).await? {
        remove(context, &app).await?;
    }
    Ok(())
}

async fn remove(context: &Context, app: &App) -> Result<(), Error> {
    let is_internal = app.removal.as_ref().is_some_and(|removal| removal.is_internal);
    loop {
        let batch = installations::some_of_app(&context.db, app.id, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for installation in batch {
            if context.stop.is_requested() {
                return Ok(());
            }
            // What the app was before its removal decides whether it is told.
            let app_then = InstalledApp { is_internal, ..installation.app };
            end(context, Installation { app: app_then, ..installation }, remover(app), None).await?;
        }
    }
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if app_upkeep::removed(&mut tx, app.id, context.clock.now(), version).await? {
        components::remove(&mut tx, app.id).await?;
        context.commit(tx).await?;
    }
    Ok(())
}

fn remover(app: &App) -> Option<UserActor> {
    let by = app.removal.as_ref()?.by.as_ref()?;
    Some(UserActor { id: by.id, name: by.name.clone() })
}
