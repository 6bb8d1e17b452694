use futures::StreamExt;
use futures::stream::BoxStream;
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{Endpoint, WatchEndpointsResponse};
use patchbay_rpc::status::from_error;
use tonic::Status;

use super::app_message::status_message;
use crate::domain::app::{App, AppStatus};
use crate::domain::app_access;
use crate::registry::Registry;
use crate::sealing;
use crate::store::endpoint_feed::EndpointFeed;
use crate::watch::{Page, watch};

type Responses = BoxStream<'static, Result<WatchEndpointsResponse, Status>>;

pub(super) fn watch_endpoints(registry: &Registry, caller: &Caller) -> Result<Responses, Error> {
    app_access::may_watch(caller)?;
    let keys = registry.sealing.clone();
    let pages = watch(registry, EndpointFeed);
    Ok(pages.map(move |page| page.and_then(|page| response(&keys, page)).map_err(from_error)).boxed())
}

fn response(keys: &SealingKeys, page: Page<App>) -> Result<WatchEndpointsResponse, Error> {
    let endpoints = page.items.into_iter().map(|app| endpoint(keys, app)).collect::<Result<_, _>>()?;
    Ok(WatchEndpointsResponse { endpoints, version: page.version })
}

fn endpoint(keys: &SealingKeys, app: App) -> Result<Endpoint, Error> {
    let header = |header: crate::domain::webhook_header::WebhookHeader| {
        format!("{}: {}", header.name, header.value.expose())
    };
    let webhook_headers = sealing::headers(keys, &app)?.into_iter().map(header).collect();
    let client_secrets = vec![sealing::client_secret(keys, &app)?.expose().to_owned()];
    let removed = app.status == AppStatus::DeletionInProgress;
    Ok(Endpoint {
        app_id: app.id,
        app_uuid: app.uuid.to_string(),
        app_slug: app.slug,
        app_name: app.name,
        status: status_message(app.status).into(),
        owner_organization_id: app.owner.id,
        webhook_url: app.webhook_url.filter(|_| !removed).unwrap_or_default(),
        client_secrets,
        webhook_headers,
        is_disabled: app.disabled.is_some(),
        delivery: None,
        client_certificate: None,
    })
}
