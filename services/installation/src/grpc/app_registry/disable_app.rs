use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access::app_not_found;
use crate::domain::mail::app_disabled;
use crate::domain::suspension;
use crate::domain::suspension::Suspension;
use crate::domain::suspension::access;
use crate::outbox::audit;
use crate::outbox::events;
use crate::store::{app_switch, apps, versions};

/// Disabling an app that is disabled changes neither cause nor time, and sends no mail.
pub(super) async fn disable_app(
    context: &Context,
    caller: &Caller,
    request: proto::DisableAppRequest,
) -> Result<proto::App, Error> {
    let found = find_app(context, caller, &request.app).await?;
    access::may_switch_app(caller, found.owner.id, found.status)?;
    if found.disabled.is_some() {
        return app_message(context, caller, found).await;
    }
    let owners = context.directory.owners(found.owner.id).await?;
    let now = context.clock.now();
    let cause = suspension::cause(&request.reason, "No reason was given.");

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    if app.disabled.is_none() {
        let disabled = Suspension { since: now, cause };
        let notified_at = app_switch::owners_notified_at(&mut tx, app.id).await?;
        let notify = access::may_notify_owners(notified_at, now);
        if notify {
            let event_id = suspension::cause(&request.event_id, "");
            let mails = app_disabled(&app, &owners, &disabled.cause, &event_id, context.mail.base_url());
            context.mail.add(&mut tx, mails).await?;
        }
        let notified_at = if notify { Some(now) } else { notified_at };
        app_switch::disable(&mut tx, app.id, &disabled, notified_at).await?;
        apps::touch(&mut tx, app.id, version).await?;
        let event = match app.is_internal() {
            true => AuditEvent::InternalIntegrationDisabled,
            false => AuditEvent::SentryAppDisable,
        };
        let entry = audit::of_app(event, &app, caller, now).detail("reason", disabled.cause.as_str());
        tx.outbox_all([entry.into_message(), events::endpoint_disabled(&app, &disabled, caller)]).await?;
        context.commit_and_send_mail(tx).await?;
        app.disabled = Some(disabled);
    }
    app_message(context, caller, app).await
}
