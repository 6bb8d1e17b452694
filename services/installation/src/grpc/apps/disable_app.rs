use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::find_app::find_app;
use crate::audit;
use crate::context::Context;
use crate::domain::app_access::app_not_found;
use crate::domain::mail::app_disabled;
use crate::domain::suspension::{self, Suspension};
use crate::domain::switching;
use crate::events;
use crate::store::{app_switch, apps, versions};

/// The first time counts: who disables an app again changes neither cause nor time, and tells nobody.
pub(super) async fn disable_app(
    context: &Context,
    caller: &Caller,
    request: proto::DisableAppRequest,
) -> Result<proto::App, Error> {
    let found = find_app(context, caller, &request.app).await?;
    switching::may_switch_app(caller, found.owner.id, found.status)?;
    if found.disabled.is_some() {
        return app_message(context, caller, found).await;
    }
    let owners = context.directory.owners(found.owner.id).await?;
    let now = context.clock.now();
    let cause = suspension::cause(&request.reason, "Somebody disabled it and did not say why.");

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    if app.disabled.is_none() {
        let disabled = Suspension { since: now, cause };
        let told_at = app_switch::owners_told_at(&mut tx, app.id).await?;
        let are_told = switching::are_owners_told(told_at, now);
        if are_told {
            let event_id = suspension::cause(&request.event_id, "");
            let mails = app_disabled(&app, &owners, &disabled.cause, &event_id, context.post.base_url());
            context.post.post(&mut tx, mails).await?;
        }
        let told_at = if are_told { Some(now) } else { told_at };
        app_switch::disable(&mut tx, app.id, &disabled, told_at).await?;
        apps::touch(&mut tx, app.id, version).await?;
        let event = match app.is_internal() {
            true => AuditEvent::InternalIntegrationDisabled,
            false => AuditEvent::SentryAppDisable,
        };
        let entry = audit::of_app(event, &app, caller, now).detail("reason", disabled.cause.as_str());
        tx.outbox_all([entry.into_message(), events::endpoint_disabled(&app, &disabled, caller)]).await?;
        context.commit_and_post(tx).await?;
        app.disabled = Some(disabled);
    }
    app_message(context, caller, app).await
}
