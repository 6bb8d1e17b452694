//! Endpoints that answer 410 want no more webhooks: their installation's are stopped.

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
use crate::world::World;

/// Installations that may wait to be stopped. Beyond it the next 410 asks again.
const WAITING: usize = 1024;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// An installation, and the event that was answered.
type Gone = (Uuid, Uuid);

/// Has installations stopped.
#[derive(Debug, Clone)]
pub(crate) struct Stopper(mpsc::Sender<Gone>);

/// A stopper, and the other end of it.
pub(crate) fn stopper() -> (Stopper, mpsc::Receiver<Gone>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Stopper(sender), receiver)
}

impl Stopper {
    /// From now on the installation's webhooks are kept; the service that owns it is told. If that is lost with the
    /// process, the next webhook gets the same answer.
    pub(crate) fn stop(&self, world: &World, installation: Uuid, event: Uuid) {
        if world.installations.get(&installation) != Some(InstallationView::Live) {
            return;
        }
        if self.0.try_send((installation, event)).is_ok() {
            world.installations.update(vec![(installation, InstallationView::Stopped)]);
        }
    }
}

/// Tells the installation service, however long it takes to reach it, until `stop`.
pub(crate) async fn tell_stopped(
    channel: Channel,
    world: Arc<World>,
    clock: Clock,
    mut gone: mpsc::Receiver<Gone>,
    stop: Stop,
) {
    let client = InstallationsClient::new(channel);
    let work = async {
        while let Some((installation, event)) = gone.recv().await {
            let mut pause = FIRST_PAUSE;
            while let Err(error) = tell(client.clone(), installation, event).await {
                if !matches!(
                    error.kind,
                    ErrorKind::Unavailable | ErrorKind::DeadlineExceeded | ErrorKind::TooManyRequests
                ) {
                    tracing::error!(%installation, reason = %error.reason, "an installation that wants no webhooks cannot be stopped");
                    world.installations.update(vec![(installation, InstallationView::Live)]);
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

async fn tell(
    mut client: InstallationsClient<Channel>,
    installation: Uuid,
    event: Uuid,
) -> patchbay_domain::Result<()> {
    let message = StopWebhooksRequest {
        uuid: installation.to_string(),
        reason: "The endpoint answered 410 Gone.".to_owned(),
        event_id: event.to_string(),
    };
    let told = client.stop_webhooks(request(message)).await;
    told.map(drop).map_err(|refused| status::to_error(&refused))
}
