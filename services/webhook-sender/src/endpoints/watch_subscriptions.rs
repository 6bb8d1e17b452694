use std::sync::Arc;

use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{
    InstallationStatus, WatchSubscriptionsRequest, WatchSubscriptionsResponse,
};
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, follow, stream_request};
use patchbay_runtime::Stop;
use uuid::Uuid;

use super::follow::Following;
use super::routing::Routing;
use crate::domain::verdict::{InstallationView, STOPPED};

/// Mirrors all installations from the installation service, until `stop`.
pub(crate) async fn watch_subscriptions(routing: Arc<Routing>, channel: Channel, stop: Stop) {
    let client = InstallationsClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let open = || {
        let mut client = client.clone();
        async move { client.watch_subscriptions(stream_request(WatchSubscriptionsRequest {})).await }
    };
    follow("subscriptions", &stop, open, &mut Following::new(&routing.installations, read)).await;
}

/// Removed installations stay until the next snapshot, so that webhooks to them are dropped at once.
fn read(message: WatchSubscriptionsResponse) -> (Vec<(Uuid, InstallationView)>, bool) {
    let rows = message.subscriptions.iter().filter_map(|subscription| {
        let view = match subscription.status() {
            InstallationStatus::PendingDeletion => InstallationView::Removed,
            _ if subscription.suspended_reason == STOPPED => InstallationView::Stopped,
            _ => InstallationView::Live,
        };
        Some((subscription.installation_uuid.parse().ok()?, view))
    });
    (rows.collect(), message.version.is_some())
}
