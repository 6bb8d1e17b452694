use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access::app_not_found;
use crate::domain::suspension::access;
use crate::outbox::audit;
use crate::store::{app_switch, apps, versions};

pub(super) async fn enable_app(
    context: &Context,
    caller: &Caller,
    request: proto::EnableAppRequest,
) -> Result<proto::App, Error> {
    let found = find_app(context, caller, &request.app).await?;
    access::may_switch_app(caller, found.owner.id, found.status)?;
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    if app.disabled.take().is_some() {
        app_switch::enable(&mut tx, app.id).await?;
        apps::touch(&mut tx, app.id, version).await?;
        let entry = audit::of_app(AuditEvent::SentryAppEnable, &app, caller, context.clock.now());
        tx.outbox(entry.into_message()).await?;
        context.commit(tx).await?;
    }
    app_message(context, caller, app).await
}
