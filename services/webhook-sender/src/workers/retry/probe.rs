use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::DbError;
use tokio::sync::Semaphore;

use super::{POLL, RetryWorker};
use crate::domain::breaker::AttemptKind;
use crate::endpoints::slots::EndpointSlots;
use crate::recording::origin::{Claim, Origin};
use crate::store::claim::{claim_probe, claim_probe_in_order};

impl RetryWorker {
    /// Sends one webhook of an endpoint whose breaker is open, unless another replica does. Returns when the next
    /// probe is due.
    pub(super) async fn probe(
        &self,
        endpoint: &Arc<EndpointSlots>,
        now: DateTime<Utc>,
        window: &Arc<Semaphore>,
    ) -> Result<DateTime<Utc>, DbError> {
        // Planned even if this probe succeeds, because it may be lost with its process.
        let pause = self.context.breakers.rules.probe_pause;
        let next = now + TimeDelta::from_std(pause).unwrap_or_default();
        let Some(permit) = self.take_step(endpoint, now, next, window).await? else { return Ok(now + POLL) };
        let query = self.query(endpoint.app_id, now, 1);
        let claimed = if self.context.routing.is_strict(endpoint.app_id) {
            claim_probe_in_order(&self.context.db, query).await?
        } else {
            claim_probe(&self.context.db, query).await?
        };
        if let Some((delivery, entry)) = self.enter(claimed).await.into_iter().next() {
            let due = self.context.due.clone();
            let claim = Claim::new(AttemptKind::Probe, endpoint.clone(), due, entry, permit);
            let deliverer = self.deliverer.clone();
            tokio::spawn(async move { deliverer.deliver(delivery, Origin::Claim(claim)).await });
        }
        Ok(next)
    }
}
