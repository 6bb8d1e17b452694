//! Stops the webhooks of an installation whose endpoint answered 410 Gone.

use std::sync::Arc;
use std::time::Duration;

use patchbay_domain::{Clock, ErrorKind};
use patchbay_proto::installation::StopWebhooksRequest;
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_rpc::{Channel, request, status};
use patchbay_runtime::{Stop, sleep};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::domain::verdict::InstallationView;
use crate::endpoints::routing::Routing;

/// Installations that may wait to be stopped. Beyond that a report is dropped, and the next 410 makes another one.
const QUEUE: usize = 1024;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A 410 answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone {
    installation_id: Uuid,
    event_id: Uuid,
}

/// Queues 410 answers for [`stop_webhooks`].
#[derive(Debug, Clone)]
pub(crate) struct GoneReporter(mpsc::Sender<Gone>);

pub(crate) fn gone() -> (GoneReporter, mpsc::Receiver<Gone>) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (GoneReporter(sender), receiver)
}

impl GoneReporter {
    /// Holds the installation's webhooks from now on and queues the call to the installation service. A report that is lost
    /// with the process is repeated by the next webhook, which gets the same answer.
    pub(crate) fn report(&self, routing: &Routing, installation_id: Uuid, event_id: Uuid) {
        if routing.installations.get(&installation_id) != Some(InstallationView::Live) {
            return;
        }
        if self.0.try_send(Gone { installation_id, event_id }).is_ok() {
            routing.installations.update(vec![(installation_id, InstallationView::Stopped)]);
        }
    }
}

/// Asks the installation service to stop webhooks, and retries while it cannot be reached, until `stop`.
pub(crate) async fn stop_webhooks(
    channel: Channel,
    routing: Arc<Routing>,
    clock: Clock,
    mut gone: mpsc::Receiver<Gone>,
    stop: Stop,
) {
    let client = InstallationsClient::new(channel);
    let work = async {
        while let Some(gone) = gone.recv().await {
            let mut pause = FIRST_PAUSE;
            while let Err(error) = call(client.clone(), gone).await {
                if !matches!(
                    error.kind,
                    ErrorKind::Unavailable | ErrorKind::DeadlineExceeded | ErrorKind::TooManyRequests
                ) {
                    let installation_id = gone.installation_id;
                    tracing::error!(%installation_id, reason = %error.reason, "the installation service refused to stop webhooks; they are sent again");
                    routing.installations.update(vec![(installation_id, InstallationView::Live)]);
                    break;
                }
                sleep(&clock, pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    };
    tokio::select! {
        () = stop.requested() => {}
        () = work => {}
    }
}

async fn call(mut client: InstallationsClient<Channel>, gone: Gone) -> patchbay_domain::Result<()> {
    let message = StopWebhooksRequest {
        uuid: gone.installation_id.to_string(),
        reason: "The endpoint answered 410 Gone.".to_owned(),
        event_id: gone.event_id.to_string(),
    };
    let response = client.stop_webhooks(request(message)).await;
    response.map(drop).map_err(|refused| status::to_error(&refused))
}
