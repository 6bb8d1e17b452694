use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::DbError;
use tokio::sync::Semaphore;

use super::{POLL, RetryWorker, free};
use crate::domain::breaker::{AttemptKind, drain_concurrency, drain_rate};
use crate::endpoints::slots::EndpointSlots;
use crate::recording::origin::{Claim, Origin};
use crate::store::claim::{claim_in_order, claim_oldest};

/// The time between two batches of a drain.
const BATCH_PERIOD: TimeDelta = TimeDelta::seconds(1);

impl RetryWorker {
    /// Sends one batch of the webhooks that waited for an endpoint, oldest first. Returns when the next batch is due. The
    /// drain ends with a batch that is smaller than its limit.
    pub(super) async fn drain(
        &self,
        endpoint: &Arc<EndpointSlots>,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        window: &Arc<Semaphore>,
    ) -> Result<DateTime<Utc>, DbError> {
        if endpoint.claimed() > 0 {
            endpoint.has_more_due.store(true, Relaxed);
            return Ok(now + POLL);
        }
        if endpoint.drained.load(Relaxed) {
            endpoint.drained.store(false, Relaxed);
            self.context.breakers.drained(endpoint);
            self.context.due.now();
            return Ok(now);
        }
        let rate = drain_rate(since, now, &self.context.breakers.rules);
        let turns = self.turns(endpoint, rate.min(free(window)), now).await?;
        if turns.count == 0 {
            return Ok(turns.next_at);
        }
        let next = turns.next_at.min(now + BATCH_PERIOD);
        let Some(permit) = self.take_step(endpoint, now, next, window).await? else { return Ok(now + POLL) };
        drop(permit);
        let query = self.query(endpoint.app_id, now, turns.count);
        let claimed = if self.context.routing.is_strict(endpoint.app_id) {
            claim_in_order(&self.context.db, query, since).await?
        } else {
            claim_oldest(&self.context.db, query, since).await?
        };
        endpoint.drained.store((claimed.len() as u64) < u64::from(query.limit), Relaxed);
        endpoint.has_more_due.store(true, Relaxed);
        let due = &self.context.due;
        let claims: Vec<_> = self
            .enter(claimed)
            .await
            .into_iter()
            .map_while(|(delivery, entry)| Some((delivery, entry, window.clone().try_acquire_owned().ok()?)))
            .map(|(delivery, entry, permit)| {
                (delivery, Claim::new(AttemptKind::Drain, endpoint.clone(), due.clone(), entry, permit))
            })
            .collect();
        let at_once = Arc::new(Semaphore::new(drain_concurrency(rate, endpoint.typical())));
        let deliverer = self.deliverer.clone();
        tokio::spawn(async move {
            for (delivery, claim) in claims {
                let Ok(permit) = at_once.clone().acquire_owned().await else { return };
                let deliverer = deliverer.clone();
                tokio::spawn(async move {
                    deliverer.deliver(delivery, Origin::Claim(claim)).await;
                    drop(permit);
                });
            }
        });
        Ok(next)
    }
}
