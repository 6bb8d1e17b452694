use patchbay_domain::{AuditEvent, Caller, Error, token};
use patchbay_proto::installation as proto;

use super::app_message::webhook_secret;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access::app_not_found;
use crate::domain::app::secret_rotation;
use crate::domain::app::{App, AppStatus, PreviousSecret};
use crate::outbox::audit;
use crate::sealing;
use crate::store::{apps, versions};

pub(super) async fn rotate_secret(
    context: &Context,
    caller: &Caller,
    request: proto::RotateSecretRequest,
) -> Result<proto::RotateSecretResponse, Error> {
    let found = find_app(context, caller, &request.app).await?;
    secret_rotation::check(caller, &found)?;
    let grace = secret_rotation::grace(request.grace_seconds)?;
    let secret = token::generate();

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let app = apps::get(&mut tx, found.id).await?.filter(|app| app.status != AppStatus::DeletionInProgress);
    let app = app.ok_or_else(app_not_found)?;
    // Scopes may have been added since the first check.
    secret_rotation::check(caller, &app)?;
    let now = context.clock.now();
    let previous = PreviousSecret { secret: app.client_secret.clone(), until: now + grace };
    let app = App {
        client_secret: sealing::seal_client_secret(&context.sealing, app.id, &secret),
        previous_secret: Some(previous).filter(|_| !grace.is_zero()),
        ..app
    };
    apps::update(&mut tx, &app, version).await?;
    let entry = audit::of_app(AuditEvent::SentryAppRotateSecret, &app, caller, now);
    tx.outbox(entry.detail("grace_seconds", request.grace_seconds).into_message()).await?;
    context.commit(tx).await?;
    Ok(proto::RotateSecretResponse {
        client_secret: secret.expose().to_owned(),
        webhook_secret: webhook_secret(secret.expose())?,
    })
}
