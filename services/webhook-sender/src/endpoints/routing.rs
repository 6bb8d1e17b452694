//! Where webhooks go. Apps and installations are mirrored in memory, so that sending needs no query.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_domain::Clock;
use uuid::Uuid;

use super::endpoint::{Destination, Endpoint};
use super::mirror::Mirror;
use super::slots::EndpointSlots;
use crate::domain::breaker::Phase;
use crate::domain::delivery::Delivery;
use crate::domain::pace::Speed;
use crate::domain::verdict::{AppView, InstallationView, MAX_UNKNOWN_AGE, SentWhile, Verdict, judge};

/// The apps and installations of the installation service.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    pub endpoints: Mirror<i64, Arc<Endpoint>>,
    pub installations: Mirror<Uuid, InstallationView>,
}

/// Where a webhook goes.
#[derive(Debug)]
pub(crate) enum Route {
    To(Arc<Endpoint>, Arc<Destination>),
    /// The app or the installation is not known yet.
    Wait,
    /// The installation or the app may not be sent webhooks for now.
    Hold(&'static str),
    Drop(&'static str),
}

impl Routing {
    /// The route by the present state of the mirrors.
    pub(crate) fn route(&self, delivery: &Delivery, now: DateTime<Utc>) -> Route {
        let endpoint = self.endpoints.get(&delivery.app_id);
        let app = endpoint.as_ref().map_or(AppView::Unknown, |endpoint| endpoint.view());
        let installation =
            self.installations.get(&delivery.installation_id).unwrap_or(InstallationView::Unknown);
        let old = (now - delivery.accepted_at).to_std().is_ok_and(|age| age > MAX_UNKNOWN_AGE);
        let settled = old && self.endpoints.is_current() && self.installations.is_current();
        match judge(app, installation, delivery.sent_while(), settled) {
            Verdict::Drop(reason) => Route::Drop(reason),
            Verdict::Hold(reason) => Route::Hold(reason),
            Verdict::Wait => Route::Wait,
            Verdict::Send => match endpoint.and_then(|e| e.destination.clone().map(|d| (e, d))) {
                Some((endpoint, destination)) => Route::To(endpoint, destination),
                None => Route::Wait,
            },
        }
    }

    /// The installation has ended. The stream says so too, but a retry of one of its webhooks may be due before that.
    pub(crate) fn ended(&self, installation_id: Uuid) {
        if self.installations.get(&installation_id) != Some(InstallationView::Removed) {
            self.installations.update(vec![(installation_id, InstallationView::Removed)]);
        }
    }

    /// Whether webhooks of the installation are held.
    pub(crate) fn holds(&self, app_id: i64, installation_id: &Uuid) -> bool {
        let app = self.endpoints.get(&app_id).map_or(AppView::Unknown, |endpoint| endpoint.view());
        let installation = self.installations.get(installation_id).unwrap_or(InstallationView::Unknown);
        matches!(judge(app, installation, SentWhile::Installed, false), Verdict::Hold(_))
    }

    /// Whether the app wants its webhooks in strict order.
    pub(crate) fn is_strict(&self, app_id: i64) -> bool {
        let endpoint = self.endpoints.get(&app_id);
        let destination = endpoint.and_then(|endpoint| endpoint.destination.clone());
        destination.is_some_and(|destination| destination.strict_order)
    }

    /// The rate that the app has set for its webhooks, in webhooks per second.
    fn rate_limit(&self, app_id: i64) -> Option<u32> {
        self.endpoints.get(&app_id)?.destination.as_ref()?.rate_limit
    }

    /// How fast the endpoint is sent webhooks now.
    pub(crate) fn speed(&self, slots: &EndpointSlots, now: DateTime<Utc>) -> Speed {
        slots.pace().speed(now).at_most(self.rate_limit(slots.app_id))
    }

    /// Whether due webhooks of the endpoint are meant to wait: for its breaker, or for their turn.
    pub(crate) fn holds_back(&self, slots: &EndpointSlots, now: DateTime<Utc>) -> bool {
        slots.breaker().phase != Phase::Closed || self.speed(slots, now) != Speed::Unlimited
    }

    /// The timeout of one attempt to this app; `default` if it has none of its own.
    pub(crate) fn timeout(&self, app_id: i64, default: Duration) -> Duration {
        self.endpoints.get(&app_id).and_then(|endpoint| endpoint.own_timeout()).unwrap_or(default)
    }

    /// The longest timeout of any app.
    pub(crate) fn longest_timeout(&self, default: Duration) -> Duration {
        let longest = self.endpoints.max_of(|endpoint| endpoint.own_timeout()).flatten();
        longest.unwrap_or_default().max(default)
    }

    /// Like [`Routing::route`], but waits until the app and the installation are known.
    pub(crate) async fn route_when_known(&self, delivery: &Delivery, clock: &Clock) -> Route {
        // Subscribed before the first look, so that no change between look and wait is missed.
        let (mut endpoints, mut installations) = (self.endpoints.changes(), self.installations.changes());
        loop {
            match self.route(delivery, clock.now()) {
                Route::Wait => {}
                known => return known,
            }
            // Cannot fail: `self` owns the senders.
            tokio::select! {
                _ = endpoints.changed() => {}
                _ = installations.changed() => {}
            }
        }
    }

    /// Whether both mirrors have received a complete snapshot.
    pub(crate) fn is_complete(&self) -> bool {
        self.endpoints.is_complete() && self.installations.is_complete()
    }

    /// Returns once both mirrors have received a complete snapshot.
    pub(crate) async fn complete(&self) {
        self.endpoints.complete().await;
        self.installations.complete().await;
    }
}
