//! The message of an app, with the fields that the caller may see.

use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::to_wire;
use patchbay_webhook_signature::Secret;

use super::app_texts;
use super::avatar_message::avatar_messages;
use super::delivery_message::delivery_message;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::app::avatar::Avatar;
use crate::domain::app::client_secret;
use crate::domain::app::client_secret::MASK;
use crate::domain::app::client_secret::Visibility;
use crate::domain::app::feature::Feature;
use crate::domain::app::webhook_header;
use crate::domain::app::{App, AppStatus};
use crate::sealing;
use crate::store::avatars;

pub(in crate::grpc) async fn app_message(
    context: &Context,
    caller: &Caller,
    app: App,
) -> Result<proto::App, Error> {
    let mut avatars = avatars::of(&context.db, &[app.id]).await?;
    let avatars = avatars.remove(&app.id).unwrap_or_default();
    message(context, caller, app, avatars)
}

pub(in crate::grpc) async fn app_messages(
    context: &Context,
    caller: &Caller,
    apps: Vec<App>,
) -> Result<Vec<proto::App>, Error> {
    let ids: Vec<_> = apps.iter().map(|app| app.id).collect();
    let mut avatars = avatars::of(&context.db, &ids).await?;
    let message = |app: App| {
        let avatars = avatars.remove(&app.id).unwrap_or_default();
        message(context, caller, app, avatars)
    };
    apps.into_iter().map(message).collect()
}

fn message(context: &Context, caller: &Caller, app: App, avatars: Vec<Avatar>) -> Result<proto::App, Error> {
    let owner_view = access::sees_owner_view(caller, app.owner.id)
        .then(|| owner_view(context, caller, &app))
        .transpose()?;
    let published_at = app.published_at.filter(|_| app.status == AppStatus::Published);
    // Features advertise an app to other organizations, which cannot install an internal app.
    let features = if app.is_internal() { &[] } else { app.features.as_slice() };
    Ok(proto::App {
        features: features.iter().map(|feature| feature_message(*feature, &app.name)).collect(),
        id: app.id,
        uuid: app.uuid.to_string(),
        status: status_message(app.status).into(),
        scopes: app.scope_names(),
        slug: app.slug,
        name: app.name,
        author: app.author,
        events: app.events,
        webhook_url: app.webhook_url,
        is_alertable: app.is_alertable,
        verify_install: app.verify_install,
        schema_json: app.schema,
        allowed_origins: app.allowed_origins,
        popularity: app.popularity,
        published_at: published_at.map(to_wire),
        created_at: Some(to_wire(app.created_at)),
        owner_view,
        webhook_headers: app
            .webhook_headers
            .into_iter()
            .map(|header| format!("{}: {}", header.name, webhook_header::MASK))
            .collect(),
        is_disabled: app.disabled.is_some(),
        avatars: avatar_messages(avatars),
        metadata_json: serde_json::Value::Object(app.metadata).to_string(),
        ..app_texts::message(app.texts)
    })
}

fn owner_view(context: &Context, caller: &Caller, app: &App) -> Result<proto::OwnerView, Error> {
    let now = context.clock.now();
    let (client_secret, webhook_secret) =
        match client_secret::visibility(caller, app.owner.id, app.scope_set(), app.created_at, now) {
            Visibility::Shown => {
                let secret = sealing::client_secret(&context.sealing, app)?;
                (Some(secret.expose().to_owned()), Some(webhook_secret(secret.expose())?))
            }
            Visibility::Masked => (Some(MASK.to_owned()), Some(MASK.to_owned())),
            Visibility::Gone => (None, None),
        };
    Ok(proto::OwnerView {
        organization_id: app.owner.id,
        organization_slug: app.owner.slug.clone(),
        client_id: app.client_id.clone(),
        client_secret,
        webhook_secret,
        delivery: Some(delivery_message(&app.delivery, &context.timeouts)),
        has_client_certificate: app.client_certificate.is_some(),
        previous_secret_until: app.second_secret(now).map(|previous| to_wire(previous.until)),
    })
}

/// The client secret in the form that libraries for Standard Webhooks take.
pub(super) fn webhook_secret(client_secret: &str) -> Result<String, Error> {
    let secret = Secret::from_client_secret(client_secret)
        .map_err(|_| Error::internal("SEALED_VALUE_UNREADABLE", "A stored secret cannot be read."))?;
    Ok(secret.webhook_secret().to_string())
}

fn feature_message(feature: Feature, app: &str) -> proto::Feature {
    let gate = feature.gate().to_owned();
    proto::Feature { id: feature.number(), gate, description: feature.description(app) }
}

pub(super) fn status_message(status: AppStatus) -> proto::AppStatus {
    match status {
        AppStatus::Unpublished => proto::AppStatus::Unpublished,
        AppStatus::Published => proto::AppStatus::Published,
        AppStatus::Internal => proto::AppStatus::Internal,
        AppStatus::PublishRequestInProgress => proto::AppStatus::PublishRequestInprogress,
        AppStatus::DeletionInProgress => proto::AppStatus::DeletionInProgress,
    }
}

/// `None` for an unknown status.
pub(super) fn status_of(message: i32) -> Option<AppStatus> {
    Some(match proto::AppStatus::try_from(message).ok()? {
        proto::AppStatus::Unspecified => return None,
        proto::AppStatus::Unpublished => AppStatus::Unpublished,
        proto::AppStatus::Published => AppStatus::Published,
        proto::AppStatus::Internal => AppStatus::Internal,
        proto::AppStatus::PublishRequestInprogress => AppStatus::PublishRequestInProgress,
        proto::AppStatus::DeletionInProgress => AppStatus::DeletionInProgress,
    })
}
