use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::BoxStream;
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_proto::installation::{Endpoint, WatchEndpointsResponse};
use patchbay_rpc::status::from_error;
use tonic::Status;

use super::app_message::status_message;
use super::delivery_message::delivery_message;
use crate::context::Context;
use crate::domain::app::App;
use crate::domain::app::access;
use crate::sealing;
use crate::store::endpoint_feed::EndpointFeed;
use crate::watch::{Page, watch};

type Responses = BoxStream<'static, Result<WatchEndpointsResponse, Status>>;

pub(super) fn watch_endpoints(context: &Context, caller: &Caller) -> Result<Responses, Error> {
    access::may_watch(caller)?;
    let (keys, clock, timeouts) = (context.sealing.clone(), context.clock.clone(), context.timeouts.clone());
    let pages = watch(context, EndpointFeed);
    let response = move |page| response(&keys, &timeouts, clock.now(), page);
    Ok(pages.map(move |page| page.map(&response).map_err(from_error)).boxed())
}

/// Leaves out an app whose secrets cannot be read, so that only its own webhooks are held.
fn response(
    keys: &SealingKeys,
    timeouts: &RangeInclusive<u32>,
    now: DateTime<Utc>,
    page: Page<App>,
) -> WatchEndpointsResponse {
    let readable = |app: App| {
        let app_id = app.id;
        let unreadable = |error: &Error| tracing::error!(%error, app_id, "the secrets of an app cannot be read; its webhooks are not sent");
        endpoint(keys, timeouts, now, app).inspect_err(unreadable).ok()
    };
    WatchEndpointsResponse {
        endpoints: page.items.into_iter().filter_map(readable).collect(),
        version: page.version,
    }
}

/// An app that is being removed keeps its URL for a while, so that it receives the events about the end of its installations.
fn endpoint(
    keys: &SealingKeys,
    timeouts: &RangeInclusive<u32>,
    now: DateTime<Utc>,
    app: App,
) -> Result<Endpoint, Error> {
    let header = |header: crate::domain::app::webhook_header::WebhookHeader| {
        format!("{}: {}", header.name, header.value.expose())
    };
    let webhook_headers = sealing::headers(keys, &app)?.into_iter().map(header).collect();
    let mut client_secrets = vec![sealing::client_secret(keys, &app)?.expose().to_owned()];
    if let Some(previous) = app.second_secret(now) {
        client_secrets.push(sealing::previous_secret(keys, app.id, previous)?.expose().to_owned());
    }
    let client_certificate = sealing::certificate(keys, &app)?.map(|certificate| proto::ClientCertificate {
        certificate_pem: certificate.pem,
        private_key_pem: certificate.key.expose().to_owned(),
    });
    Ok(Endpoint {
        app_id: app.id,
        app_uuid: app.uuid.to_string(),
        app_slug: app.slug,
        app_name: app.name,
        status: status_message(app.status).into(),
        owner_organization_id: app.owner.id,
        webhook_url: app.webhook_url.unwrap_or_default(),
        client_secrets,
        webhook_headers,
        is_disabled: app.disabled.is_some(),
        delivery: Some(delivery_message(&app.delivery, timeouts)),
        client_certificate,
    })
}
