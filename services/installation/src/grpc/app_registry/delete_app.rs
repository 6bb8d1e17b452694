use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::app::access::app_not_found;
use crate::domain::app::removal;
use crate::domain::app::{App, AppStatus, Removal, Remover};
use crate::outbox::audit;
use crate::store::{apps, versions};

/// Marks the app as being removed: it can no longer be installed or changed. [`workers`](crate::workers) end its installations.
pub(super) async fn delete_app(
    context: &Context,
    caller: &Caller,
    request: proto::DeleteAppRequest,
) -> Result<proto::DeleteAppResponse, Error> {
    let found = find_app(context, caller, &request.app).await?;
    access::may_remove(caller, found.owner.id, found.status)?;

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    removal::check(&app)?;
    let by = caller.user().map(|user| Remover { id: user.user_id, name: user.name.clone() });
    let removal = Some(Removal { by, is_internal: app.is_internal() });
    let app = App { status: AppStatus::DeletionInProgress, removal, ..app };
    apps::update(&mut tx, &app, version).await?;
    let entry = audit::of_app(AuditEvent::SentryAppRemove, &app, caller, context.clock.now());
    tx.outbox(entry.into_message()).await?;
    context.commit(tx).await?;
    context.upkeep.notify_one();
    Ok(proto::DeleteAppResponse {})
}
