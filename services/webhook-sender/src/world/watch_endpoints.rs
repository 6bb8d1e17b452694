//! The apps, from the installation service.

use std::sync::Arc;

use patchbay_egress::Egress;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::{WatchEndpointsRequest, WatchEndpointsResponse};
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, follow, stream_request};
use patchbay_runtime::Stop;

use super::World;
use super::endpoint::Endpoint;
use super::follow::Following;
use crate::domain::timeout_bounds::TimeoutBounds;
use crate::lane::Lanes;

pub(crate) async fn watch_endpoints(
    world: Arc<World>,
    channel: Channel,
    lanes: Arc<Lanes>,
    timeouts: TimeoutBounds,
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
            let lane = lanes.of(endpoint.app_id);
            (endpoint.app_id, Arc::new(Endpoint::new(endpoint, lane, timeouts, &egress)))
        });
        (endpoints.collect(), message.version.is_some())
    };
    follow("endpoints", &stop, open, &mut Following::new(&world.endpoints, read)).await;
}
