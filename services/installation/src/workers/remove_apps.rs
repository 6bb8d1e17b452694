use patchbay_domain::Error;
use patchbay_proto::event_fanout::UserActor;

use crate::context::Context;
use crate::domain::app::App;
use crate::domain::installation::{Installation, InstalledApp};
use crate::store::{app_upkeep, components, installations, versions};
use crate::workers::end_installation::end_installation;

const BATCH: i64 = 100;

/// Ends every installation of the apps that are being removed, then completes the removal.
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
            // Events follow the kind of app before its removal: internal apps get none.
            let app_then = InstalledApp { is_internal, ..installation.app };
            end_installation(context, Installation { app: app_then, ..installation }, remover(app), None)
                .await?;
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
