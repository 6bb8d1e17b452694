//! Keeps the index of subscriptions current.

use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{WatchSubscriptionsRequest, WatchSubscriptionsResponse};
use patchbay_rpc::{Channel, Follower, MAX_MESSAGE_BYTES, follow, stream_request};
use patchbay_runtime::Stop;

use super::read_subscription::read_subscription;
use crate::domain::index::Index;
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;

pub(crate) struct Watch {
    pub(crate) channel: Channel,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) metrics: FanoutMetrics,
}

impl Watch {
    /// Follows the stream until a stop is requested. The index stays in use while the stream is broken.
    pub(crate) async fn run(self, stop: Stop) {
        self.metrics.subscriptions_version.set(-1);
        let client = InstallationsClient::new(self.channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let open =
            async || client.clone().watch_subscriptions(stream_request(WatchSubscriptionsRequest {})).await;
        let mut keeping =
            Keeping { subscriptions: self.subscriptions, metrics: self.metrics, snapshot: None };
        follow("subscriptions", &stop, open, &mut keeping).await;
    }
}

struct Keeping {
    subscriptions: Subscriptions,
    metrics: FanoutMetrics,
    /// The new index, until the snapshot is complete.
    snapshot: Option<Index>,
}

impl Follower<WatchSubscriptionsResponse> for Keeping {
    fn opened(&mut self) {
        self.snapshot = Some(Index::default());
    }

    fn received(&mut self, message: WatchSubscriptionsResponse) -> bool {
        let changes = message.subscriptions.into_iter().filter_map(|subscription| {
            let change = read_subscription(subscription);
            if change.is_none() {
                tracing::error!("a subscription without valid UUIDs was skipped");
            }
            change
        });
        match &mut self.snapshot {
            Some(index) => changes.for_each(|change| index.apply(change)),
            None => self.subscriptions.apply(changes, message.version),
        }
        if let Some(version) = message.version
            && let Some(index) = self.snapshot.take()
        {
            self.subscriptions.replace(index, version);
        }
        self.show();
        self.snapshot.is_none()
    }
}

impl Keeping {
    fn show(&self) {
        let count = i64::try_from(self.subscriptions.read().len()).unwrap_or(i64::MAX);
        self.metrics.subscriptions.set(count);
        self.metrics.subscriptions_version.set(self.subscriptions.version().unwrap_or(-1));
    }
}
