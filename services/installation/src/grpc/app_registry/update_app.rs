use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::{app_message, status_of};
use super::delivery_message::{certificate_and_key, delivery_change};
use super::error_subscription::may_subscribe_to_errors;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::app::access::app_not_found;
use crate::domain::app::change;
use crate::domain::app::change::AppChange;
use crate::domain::app::change::Changed;
use crate::domain::app::change::Changer;
use crate::domain::app::subscriptions;
use crate::domain::app::texts::AppTexts;
use crate::domain::app::webhook_header::WebhookHeader;
use crate::domain::app::{App, AppStatus, SealedHeader};
use crate::domain::mail::publication_withdrawn;
use crate::grpc::record_status_change::record_status_change;
use crate::outbox::audit;
use crate::sealing;
use crate::store::{app_upkeep, apps, components, event_types, publication_requests, versions};
use crate::workers::propagate_scopes;

pub(super) async fn update_app(
    context: &Context,
    caller: &Caller,
    request: proto::UpdateAppRequest,
) -> Result<proto::App, Error> {
    let found = find_app(context, caller, &request.app).await?;
    access::may_edit(caller, found.owner.id, found.status)?;
    let change = AppChange { custom_event_types: event_types::all(&context.db).await?, ..change(request)? };
    if change.events.as_deref().is_some_and(subscriptions::has_errors) {
        may_subscribe_to_errors(context, found.owner.id).await?;
    }
    let changed_keys = change.keys();
    let (has_new_scopes, new_schema) = (change.scopes.is_some(), change.schema.is_some());

    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let app = apps::get(&mut tx, found.id).await?.filter(|app| app.status != AppStatus::DeletionInProgress);
    let app = app.ok_or_else(app_not_found)?;
    let changed = change::check(&app, change, changer(caller, &app), &context.timeouts, now)?;
    let withdraws_request = changed.withdraws_request;
    let before = app;
    let app = sealed(context, changed);
    if app == before && !has_new_scopes && !new_schema {
        // Dropping the transaction also drops the new version, so watchers are not woken.
        return app_message(context, caller, app).await;
    }
    apps::update(&mut tx, &app, version).await?;
    if new_schema {
        components::replace(&mut tx, app.id, &app.schema, &context.random).await?;
    }
    if has_new_scopes {
        app_upkeep::mark_scopes_to_propagate(&mut tx, app.id).await?;
    }
    if withdraws_request {
        withdraw_request(context, &mut tx, &app).await?;
    } else if app.status != before.status {
        record_status_change(context, caller, &mut tx, &before, app.status, "").await?;
    }
    // A change of the status has its own entry.
    let changed_keys: Vec<_> = changed_keys.into_iter().filter(|key| *key != "status").collect();
    if !changed_keys.is_empty() {
        let mut entry =
            audit::of_app(AuditEvent::SentryAppEdit, &app, caller, now).detail("changed", changed_keys);
        if withdraws_request {
            entry = entry.detail("status", app.status.as_str());
        }
        tx.outbox(entry.into_message()).await?;
    }
    context.commit_and_send_mail(tx).await?;
    if has_new_scopes {
        propagate_scopes::propagate_now(context, app.id).await;
    }
    app_message(context, caller, app).await
}

/// Decides the request and tells its requester and the reviewers, who have a mail about the app as it was.
async fn withdraw_request(context: &Context, tx: &mut Tx, app: &App) -> Result<(), Error> {
    let (note, now) = ("Withdrawn: the app was changed.", context.clock.now());
    let Some(requester) = publication_requests::decide(tx, app.id, false, note, now).await? else {
        return Ok(());
    };
    let mails = publication_withdrawn(app, &requester, context.mail.reviewers(), context.mail.base_url());
    context.mail.add(tx, mails).await
}

fn changer(caller: &Caller, app: &App) -> Changer {
    Changer {
        scopes: caller.scopes_in(app.owner.id).unwrap_or_default(),
        is_reviewer: access::reviews(caller),
        sets_metadata: access::sets_metadata(caller),
        is_staff: caller.is_staff(),
    }
}

fn sealed(context: &Context, changed: Changed) -> App {
    let Changed { mut app, webhook_headers, client_certificate, .. } = changed;
    let keys = &context.sealing;
    if let Some(headers) = webhook_headers {
        let seal = |header: WebhookHeader| -> Vec<SealedHeader> {
            let is_masked = header.is_masked();
            let known = app.webhook_headers.iter().find(|known| is_masked && known.name == header.name);
            known.map_or_else(
                || sealing::seal_headers(keys, app.id, vec![header]),
                |known| vec![known.clone()],
            )
        };
        app.webhook_headers = headers.into_iter().flat_map(seal).collect();
    }
    if let Some(certificate) = client_certificate {
        app.client_certificate =
            certificate.map(|certificate| sealing::seal_certificate(keys, app.id, certificate));
    }
    app
}

fn change(mut request: proto::UpdateAppRequest) -> Result<AppChange, Error> {
    let status = |status: i32| {
        status_of(status).ok_or_else(|| Error::invalid("INVALID_STATUS_CHANGE", "There is no such status."))
    };
    let texts = AppTexts::from(&mut request);
    Ok(AppChange {
        custom_event_types: Vec::new(),
        name: request.name,
        author: request.author,
        scopes: request.scopes.map(|texts| texts.values),
        events: request.events.map(|texts| texts.values),
        webhook_url: request.webhook_url,
        is_alertable: request.is_alertable,
        verify_install: request.verify_install,
        texts,
        allowed_origins: request.allowed_origins.map(|texts| texts.values),
        webhook_headers: request.webhook_headers.map(|texts| texts.values),
        schema: request.schema_json,
        features: request.features.map(|numbers| numbers.values),
        popularity: request.popularity,
        status: request.status.map(status).transpose()?,
        metadata: request.metadata_json,
        delivery: request
            .delivery
            .map(|settings| delivery_change(settings, request.delivery_mask))
            .transpose()?,
        client_certificate: request.client_certificate.map(certificate_and_key),
    })
}
