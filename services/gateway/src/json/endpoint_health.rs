//! How an app's endpoint is doing.

use patchbay_proto::webhook_sender::{BreakerState, EndpointHealth};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// One endpoint.
#[derive(Serialize, ToSchema)]
#[schema(as = EndpointHealth)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointHealthJson {
    sentry_app_slug: String,
    /// `sending`, `disabled` (the app is), `waiting` (it failed too often) or `draining` (it works again).
    state: &'static str,
    is_disabled: bool,
    broken_since: Option<String>,
    next_probe: Option<String>,
    pending: i64,
    oldest_pending: Option<String>,
    given_up: i64,
    last_delivered: Option<String>,
    last_failed: Option<String>,
    last_failure: Option<String>,
    succeeded_today: i64,
    failed_today: i64,
}

impl From<EndpointHealth> for EndpointHealthJson {
    fn from(health: EndpointHealth) -> Self {
        let state = match health.breaker() {
            _ if health.is_disabled => "disabled",
            BreakerState::Unspecified | BreakerState::Closed => "sending",
            BreakerState::Open => "waiting",
            BreakerState::Draining => "draining",
        };
        let moment = |moment: &Option<_>| moment.as_ref().and_then(time::iso);
        Self {
            state,
            is_disabled: health.is_disabled,
            broken_since: moment(&health.broken_since),
            next_probe: moment(&health.next_probe_at),
            pending: health.pending,
            oldest_pending: moment(&health.oldest_pending_at),
            given_up: health.dead,
            last_delivered: moment(&health.last_delivered_at),
            last_failed: moment(&health.last_failed_at),
            last_failure: Some(health.last_failure).filter(|failure| !failure.is_empty()),
            succeeded_today: health.succeeded_today,
            failed_today: health.failed_today,
            sentry_app_slug: health.app_slug,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disabled_app_is_sent_nothing_in_any_state_of_its_breaker() {
        let cases = [
            (BreakerState::Closed, false, "sending"),
            (BreakerState::Open, false, "waiting"),
            (BreakerState::Draining, false, "draining"),
            (BreakerState::Closed, true, "disabled"),
            (BreakerState::Open, true, "disabled"),
            (BreakerState::Draining, true, "disabled"),
        ];
        for (breaker, is_disabled, state) in cases {
            let health = EndpointHealth { breaker: breaker.into(), is_disabled, ..Default::default() };
            assert_eq!(EndpointHealthJson::from(health).state, state, "{breaker:?} {is_disabled}");
        }
    }
}
