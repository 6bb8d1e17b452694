use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use chrono::{DateTime, Utc};
use patchbay_db::DbError;
use tokio::sync::Semaphore;

use super::{RetryWorker, free};
use crate::domain::breaker::AttemptKind;
use crate::domain::delivery::Delivery;
use crate::domain::turns::Turns;
use crate::endpoints::slots::EndpointSlots;
use crate::recording::origin::{Claim, Origin};
use crate::store::claim::{LEAST_SHARE, claim_due, claim_in_order};

impl RetryWorker {
    /// Sends due webhooks of an endpoint whose breaker is closed, as many as its rate allows. Returns when the next ones may
    /// be sent, `None` if there was no room.
    pub(super) async fn claim(
        &self,
        endpoint: &Arc<EndpointSlots>,
        now: DateTime<Utc>,
        window: &Arc<Semaphore>,
    ) -> Result<Option<DateTime<Utc>>, DbError> {
        // Set before the claim, so that every claim that ends from here on wakes this worker.
        endpoint.has_more_due.store(true, Relaxed);
        let limit = endpoint.free_claims().min(free(window));
        if limit == 0 {
            return Ok(None);
        }
        let Turns { count: limit, next_at } = self.turns(endpoint, limit, now).await?;
        if limit == 0 {
            return Ok(Some(next_at));
        }
        let query = self.query(endpoint.app_id, now, limit);
        let is_strict = self.context.routing.is_strict(endpoint.app_id);
        let claimed = if is_strict {
            claim_in_order(&self.context.db, query, DateTime::UNIX_EPOCH).await?
        } else {
            claim_due(&self.context.db, query).await?
        };
        // In strict order, each webhook that ends makes the next one claimable. Otherwise a claim that fills the share of no
        // installation has taken everything.
        let has_more_due = is_strict || claimed.len() as u64 >= u64::from(limit.min(LEAST_SHARE));
        endpoint.has_more_due.store(has_more_due, Relaxed);
        self.send(claimed, AttemptKind::Regular, endpoint, window).await;
        Ok(Some(next_at))
    }

    /// Sends claimed webhooks, for which the window has room.
    pub(super) async fn send(
        &self,
        claimed: Vec<Delivery>,
        kind: AttemptKind,
        endpoint: &Arc<EndpointSlots>,
        window: &Arc<Semaphore>,
    ) {
        for (delivery, entry) in self.enter(claimed).await {
            // Never short: only this task takes permits, and it claims no more than there are.
            let Ok(permit) = window.clone().try_acquire_owned() else { break };
            let claim = Claim::new(kind, endpoint.clone(), self.context.due.clone(), entry, permit);
            let deliverer = self.deliverer.clone();
            tokio::spawn(async move { deliverer.deliver(delivery, Origin::Claim(claim)).await });
        }
    }
}
