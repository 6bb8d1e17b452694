//! Keeps the custom event types current.

use patchbay_proto::installation as proto;
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_proto::installation::{WatchEventTypesRequest, WatchEventTypesResponse};
use patchbay_rpc::{Channel, Follower, MAX_MESSAGE_BYTES, follow, stream_request};
use patchbay_runtime::Stop;

use crate::catalogue::Catalogue;
use crate::domain::custom_type::CustomType;
use crate::domain::custom_types::CustomTypes;
use crate::metrics::FanoutMetrics;

pub(crate) struct WatchEventTypes {
    pub(crate) channel: Channel,
    pub(crate) catalogue: Catalogue,
    pub(crate) metrics: FanoutMetrics,
}

impl WatchEventTypes {
    /// Follows the stream until a stop is requested.
    pub(crate) async fn run(self, stop: Stop) {
        let client = EventTypesClient::new(self.channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let open = async || client.clone().watch_event_types(stream_request(WatchEventTypesRequest {})).await;
        let mut keeping = Keeping { catalogue: self.catalogue, metrics: self.metrics, snapshot: None };
        follow("event types", &stop, open, &mut keeping).await;
    }
}

struct Keeping {
    catalogue: Catalogue,
    metrics: FanoutMetrics,
    /// The new types, until the snapshot is complete.
    snapshot: Option<CustomTypes>,
}

impl Follower<WatchEventTypesResponse> for Keeping {
    fn opened(&mut self) {
        self.snapshot = Some(CustomTypes::default());
    }

    fn received(&mut self, message: WatchEventTypesResponse) -> bool {
        let is_last = message.version.is_some();
        match &mut self.snapshot {
            Some(types) => apply(types, &message),
            None => self.catalogue.change(|types| apply(types, &message)),
        }
        if is_last && let Some(types) = self.snapshot.take() {
            self.catalogue.replace(types);
        }
        self.metrics.own_event_types.set(i64::try_from(self.catalogue.read().len()).unwrap_or(i64::MAX));
        self.snapshot.is_none()
    }
}

fn apply(types: &mut CustomTypes, message: &WatchEventTypesResponse) {
    for name in &message.removed {
        types.remove(name);
    }
    for event_type in &message.event_types {
        let proto::EventType { resource, action, scope, schema_json, .. } = event_type;
        match CustomType::new(resource, action, scope, schema_json) {
            Ok(custom) => types.put(custom),
            Err(error) => {
                tracing::error!(%error, resource, action, "an event type was skipped, because its schema does not compile");
            }
        }
    }
}
