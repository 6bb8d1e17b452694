use patchbay_domain::{Caller, Result};
use patchbay_proto::webhook_sender::{BreakerState, EndpointHealth, GetEndpointHealthRequest};
use patchbay_rpc::timestamp;

use super::find_app::readable;
use crate::context::Context;
use crate::domain::breaker::Phase;
use crate::store::health::health;

pub(super) async fn get_endpoint_health(
    context: &Context,
    caller: &Caller,
    request: GetEndpointHealthRequest,
) -> Result<EndpointHealth> {
    let endpoint = readable(context, caller, &request.app)?;
    let health = health(&context.db, endpoint.app_id, context.clock.now()).await?;
    let (phase, broken_since) = {
        let breaker = endpoint.slots.breaker();
        (breaker.phase, breaker.broken_since)
    };
    let (breaker, next_probe_at) = match phase {
        Phase::Closed => (BreakerState::Closed, None),
        Phase::Open { next_probe_at, .. } => (BreakerState::Open, Some(next_probe_at)),
        Phase::Draining { .. } => (BreakerState::Draining, None),
    };
    Ok(EndpointHealth {
        app_slug: endpoint.app_slug.clone(),
        breaker: breaker.into(),
        broken_since: broken_since.map(timestamp::to_wire),
        next_probe_at: next_probe_at.map(timestamp::to_wire),
        pending: health.pending,
        oldest_pending_at: health.oldest_pending_at.map(timestamp::to_wire),
        dead: health.dead,
        last_delivered_at: health.last_delivered_at.map(timestamp::to_wire),
        last_failed_at: health.last_failed_at.map(timestamp::to_wire),
        last_failure: health.last_failure.unwrap_or_default(),
        succeeded_today: health.succeeded,
        failed_today: health.failed,
        is_disabled: endpoint.is_disabled,
    })
}
