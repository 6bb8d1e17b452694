use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::get_app::{app_not_found, existing};
use crate::audit;
use crate::domain::mail::app_disabled;
use crate::domain::suspension::{self, Suspension};
use crate::domain::switching;
use crate::events;
use crate::registry::Registry;
use crate::store::{app_switch, apps, versions};

/// The first time counts: who disables an app again changes neither cause nor time, and tells nobody.
#[tracing::instrument(name = "installation.disable_app", skip_all)]
pub(super) async fn disable_app(
    registry: &Registry,
    caller: &Caller,
    request: proto::DisableAppRequest,
) -> Result<proto::App, Error> {
    let found = existing(registry, caller, &request.app).await?;
    switching::may_switch_app(caller, found.owner.id, found.status)?;
    if found.disabled.is_some() {
        return app_message(registry, caller, found).await;
    }
    let owners = registry.directory.owners(found.owner.id).await?;
    let now = registry.clock.now();
    let cause = suspension::cause(&request.reason, "Somebody disabled it and did not say why.");

    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    if app.disabled.is_none() {
        let disabled = Suspension { since: now, cause };
        let told_at = app_switch::owners_told_at(&mut tx, app.id).await?;
        let are_told = switching::are_owners_told(told_at, now);
        if are_told {
            let event_id = suspension::cause(&request.event_id, "");
            let mails = app_disabled(&app, &owners, &disabled.cause, &event_id, registry.post.base_url());
            registry.post.post(&mut tx, mails).await?;
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
        registry.commit_and_post(tx).await?;
        app.disabled = Some(disabled);
    }
    app_message(registry, caller, app).await
}
