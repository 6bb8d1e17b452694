//! An app on the wire, as its caller may see it.

use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use crate::domain::app::{App, AppStatus};
use crate::domain::app_access;
use crate::domain::client_secret::{self, MASK, Visibility};
use crate::registry::Registry;
use crate::sealing;
use patchbay_rpc::timestamp::to_wire;

/// What stands in for the value of a webhook header.
const HEADER_MASK: &str = "********";

pub(in crate::grpc) fn app_message(
    registry: &Registry,
    caller: &Caller,
    app: App,
) -> Result<proto::App, Error> {
    let owner_view = app_access::sees_owner_view(caller, app.owner.id)
        .then(|| owner_view(registry, caller, &app))
        .transpose()?;
    let published_at = app.published_at.filter(|_| app.status == AppStatus::Published);
    Ok(proto::App {
        id: app.id,
        uuid: app.uuid.to_string(),
        status: status_message(app.status).into(),
        scopes: app.scope_names(),
        slug: app.slug,
        name: app.name,
        author: app.author,
        events: app.events,
        webhook_url: app.webhook_url,
        redirect_url: app.redirect_url,
        is_alertable: app.is_alertable,
        verify_install: app.verify_install,
        overview: app.overview,
        schema_json: "{}".to_owned(),
        allowed_origins: app.allowed_origins,
        popularity: app.popularity,
        published_at: published_at.map(to_wire),
        created_at: Some(to_wire(app.created_at)),
        owner_view,
        webhook_headers: app
            .webhook_headers
            .into_iter()
            .map(|header| format!("{}: {HEADER_MASK}", header.name))
            .collect(),
        is_disabled: app.disabled.is_some(),
        features: Vec::new(),
        avatars: Vec::new(),
        metadata_json: "{}".to_owned(),
    })
}

fn owner_view(registry: &Registry, caller: &Caller, app: &App) -> Result<proto::OwnerView, Error> {
    let now = registry.clock.now();
    let client_secret =
        match client_secret::visibility(caller, app.owner.id, app.scope_set(), app.created_at, now) {
            Visibility::Shown => Some(sealing::client_secret(&registry.sealing, app)?.expose().to_owned()),
            Visibility::Masked => Some(MASK.to_owned()),
            Visibility::Gone => None,
        };
    Ok(proto::OwnerView {
        organization_id: app.owner.id,
        organization_slug: app.owner.slug.clone(),
        client_id: app.client_id.clone(),
        client_secret,
        webhook_secret: None,
        delivery: None,
        has_client_certificate: false,
        previous_secret_until: None,
    })
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

/// `None` for a status that does not exist.
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
