//! What is known of the apps and installations that webhooks go to: kept in memory by the streams of the
//! installation service, so that sending needs no question.

pub(crate) mod endpoint;
mod follow;
pub(crate) mod view;
mod watch_endpoints;
mod watch_subscriptions;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::Clock;
use patchbay_egress::Egress;
use patchbay_rpc::Channel;
use patchbay_runtime::Stop;
use uuid::Uuid;

use crate::domain::delivery::Delivery;
use crate::domain::timeout_bounds::TimeoutBounds;
use crate::domain::verdict::{AppView, InstallationView, NEWS_TAKE_AT_MOST, Verdict, judge};
use crate::lane::Lanes;
use endpoint::{Destination, Endpoint};
use view::View;

/// Both views.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub endpoints: View<i64, Arc<Endpoint>>,
    pub installations: View<Uuid, InstallationView>,
}

/// Where a webhook goes.
#[derive(Debug)]
pub(crate) enum Way {
    To(Arc<Endpoint>, Arc<Destination>),
    /// Not known yet.
    Wait,
    /// Kept until its installation or app may be sent webhooks again.
    Hold(&'static str),
    Drop(&'static str),
}

impl World {
    /// Finds the way with what is known now.
    pub(crate) fn way(&self, delivery: &Delivery, now: DateTime<Utc>) -> Way {
        let endpoint = self.endpoints.get(&delivery.app_id);
        let app = endpoint.as_ref().map_or(AppView::Unknown, |endpoint| endpoint.view());
        let installation =
            self.installations.get(&delivery.installation_id).unwrap_or(InstallationView::Unknown);
        let old = (now - delivery.accepted_at).to_std().is_ok_and(|age| age > NEWS_TAKE_AT_MOST);
        let settled = old && self.endpoints.is_current() && self.installations.is_current();
        match judge(app, installation, delivery.unconditional, settled) {
            Verdict::Drop(reason) => Way::Drop(reason),
            Verdict::Hold(reason) => Way::Hold(reason),
            Verdict::Wait => Way::Wait,
            Verdict::Send => match endpoint.and_then(|e| e.destination.clone().map(|d| (e, d))) {
                Some((endpoint, destination)) => Way::To(endpoint, destination),
                None => Way::Wait,
            },
        }
    }

    /// Whether webhooks of the installation are kept for later.
    pub(crate) fn holds(&self, app_id: i64, installation_id: &Uuid) -> bool {
        let app = self.endpoints.get(&app_id).map_or(AppView::Unknown, |endpoint| endpoint.view());
        let installation = self.installations.get(installation_id).unwrap_or(InstallationView::Unknown);
        matches!(judge(app, installation, false, false), Verdict::Hold(_))
    }

    /// [`World::way`], or, while that is not known, the way as soon as it is.
    pub(crate) async fn way_when_known(&self, delivery: &Delivery, clock: &Clock) -> Way {
        // Before the look, so that no change is missed between look and wait.
        let (mut endpoints, mut installations) = (self.endpoints.news(), self.installations.news());
        loop {
            match self.way(delivery, clock.now()) {
                Way::Wait => {}
                known => return known,
            }
            // The senders live as long as we do.
            tokio::select! {
                _ = endpoints.changed() => {}
                _ = installations.changed() => {}
            }
        }
    }

    /// Whether both views have been complete once.
    pub(crate) fn is_complete(&self) -> bool {
        self.endpoints.is_complete() && self.installations.is_complete()
    }

    /// Returns once both views have been complete.
    pub(crate) async fn complete(&self) {
        self.endpoints.complete().await;
        self.installations.complete().await;
    }
}

/// Follows both streams until `stop`.
pub(crate) fn watch(
    world: &Arc<World>,
    channel: &Channel,
    lanes: &Arc<Lanes>,
    timeouts: TimeoutBounds,
    egress: &Egress,
    stop: &Stop,
) {
    let endpoints = watch_endpoints::watch_endpoints(
        world.clone(),
        channel.clone(),
        lanes.clone(),
        timeouts,
        egress.clone(),
        stop.clone(),
    );
    stop.spawn("webhook-sender: endpoints", endpoints);
    let subscriptions =
        watch_subscriptions::watch_subscriptions(world.clone(), channel.clone(), stop.clone());
    stop.spawn("webhook-sender: subscriptions", subscriptions);
}
