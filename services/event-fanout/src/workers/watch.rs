//! Keeps the index of subscriptions up to date.

use std::time::Duration;

use patchbay_proto::installation::WatchSubscriptionsRequest;
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, stream_request};
use patchbay_runtime::Stop;
use tonic::Status;

use crate::domain::index::Index;
use crate::domain::subscription::Change;
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Watch {
    client: InstallationsClient<Channel>,
    subscriptions: Subscriptions,
    metrics: FanoutMetrics,
}

impl Watch {
    pub(crate) fn new(channel: Channel, subscriptions: Subscriptions, metrics: FanoutMetrics) -> Self {
        let client = InstallationsClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
        metrics.subscriptions_version.set(-1);
        Self { client, subscriptions, metrics }
    }

    /// Follows the stream until a stop is requested, and connects again whenever it ends. What is known already
    /// is used meanwhile.
    pub(crate) async fn run(mut self, stop: Stop) {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut had_snapshot = false;
            let ended = tokio::select! {
                // First: in one process the stream's other end stops at the same moment, which is no loss to tell of.
                biased;
                () = stop.requested() => return,
                ended = self.follow(&mut had_snapshot) => ended,
            };
            if had_snapshot {
                pause = FIRST_PAUSE;
            }
            tracing::warn!(reason = %ended.message(), code = ?ended.code(), "the stream of subscriptions ended; connecting again");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.requested() => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn follow(&mut self, had_snapshot: &mut bool) -> Status {
        match self.read_stream(had_snapshot).await {
            Ok(()) => Status::unavailable("the other side ended it"),
            Err(status) => status,
        }
    }

    async fn read_stream(&mut self, had_snapshot: &mut bool) -> Result<(), Status> {
        let request = stream_request(WatchSubscriptionsRequest {});
        let mut stream = self.client.watch_subscriptions(request).await?.into_inner();
        // Built aside: until it is complete, the old index knows more.
        let mut snapshot = Some(Index::default());
        while let Some(message) = stream.message().await? {
            let changes = message.subscriptions.into_iter().filter_map(|subscription| {
                let change = Change::read(subscription);
                if change.is_none() {
                    tracing::error!("a subscription without uuids was left out");
                }
                change
            });
            match (&mut snapshot, message.version) {
                (Some(index), version) => {
                    changes.for_each(|change| index.apply(change));
                    if let (Some(version), Some(index)) = (version, version.and_then(|_| snapshot.take())) {
                        self.subscriptions.replace(index, version);
                        *had_snapshot = true;
                    }
                }
                (None, version) => self.subscriptions.apply(changes, version),
            }
            self.show();
        }
        Ok(())
    }

    fn show(&self) {
        let count = i64::try_from(self.subscriptions.read().len()).unwrap_or(i64::MAX);
        self.metrics.subscriptions.set(count);
        self.metrics.subscriptions_version.set(self.subscriptions.version().unwrap_or(-1));
    }
}
