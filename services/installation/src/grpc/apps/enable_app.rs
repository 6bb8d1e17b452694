use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::get_app::{app_not_found, existing};
use crate::audit;
use crate::domain::switching;
use crate::registry::Registry;
use crate::store::{app_switch, apps, versions};

#[tracing::instrument(name = "installation.enable_app", skip_all)]
pub(super) async fn enable_app(
    registry: &Registry,
    caller: &Caller,
    request: proto::EnableAppRequest,
) -> Result<proto::App, Error> {
    let found = existing(registry, caller, &request.app).await?;
    switching::may_switch_app(caller, found.owner.id, found.status)?;
    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    if app.disabled.take().is_some() {
        app_switch::enable(&mut tx, app.id).await?;
        apps::touch(&mut tx, app.id, version).await?;
        let entry = audit::of_app(AuditEvent::SentryAppEnable, &app, caller, registry.clock.now());
        tx.outbox(entry.into_message()).await?;
        registry.commit(tx).await?;
    }
    app_message(registry, caller, app).await
}
