use std::sync::Arc;

use patchbay_egress::Egress;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::{WatchEndpointsRequest, WatchEndpointsResponse};
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, follow, stream_request};
use patchbay_runtime::Stop;

use super::endpoint::Endpoint;
use super::follow::Following;
use super::routing::Routing;
use super::slots::SlotTable;

/// Mirrors the endpoints of all apps from the installation service, until `stop`.
pub(crate) async fn watch_endpoints(
    routing: Arc<Routing>,
    channel: Channel,
    slots: Arc<SlotTable>,
    egress: Egress,
    stop: Stop,
) {
    let client = AppRegistryClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let open = || {
        let mut client = client.clone();
        async move { client.watch_endpoints(stream_request(WatchEndpointsRequest {})).await }
    };
    let read = |message: WatchEndpointsResponse| {
        let endpoints = message.endpoints.into_iter().map(|endpoint| {
            let slots = slots.of(endpoint.app_id);
            (endpoint.app_id, Arc::new(Endpoint::new(endpoint, slots, &egress)))
        });
        (endpoints.collect(), message.version.is_some())
    };
    follow("endpoints", &stop, open, &mut Following::new(&routing.endpoints, read)).await;
}
