use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use chrono::{DateTime, Utc};
use patchbay_db::DbError;
use tokio::sync::Semaphore;

use super::{RetryWorker, free};
use crate::domain::breaker::AttemptKind;
use crate::endpoints::slots::EndpointSlots;
use crate::recording::origin::{Claim, Origin};
use crate::store::claim::{claim_due, claim_in_order};

impl RetryWorker {
    /// Sends due webhooks of an endpoint whose breaker is closed. Returns false if there was no room.
    pub(super) async fn claim(
        &self,
        endpoint: &Arc<EndpointSlots>,
        now: DateTime<Utc>,
        window: &Arc<Semaphore>,
    ) -> Result<bool, DbError> {
        // Set before the claim, so that every claim that ends from here on wakes this worker.
        endpoint.has_more_due.store(true, Relaxed);
        let limit = endpoint.free_claims().min(free(window));
        if limit == 0 {
            return Ok(false);
        }
        let query = self.query(endpoint.app_id, now, limit);
        let is_strict = self.context.routing.is_strict(endpoint.app_id);
        let claimed = if is_strict {
            claim_in_order(&self.context.db, query, DateTime::UNIX_EPOCH).await?
        } else {
            claim_due(&self.context.db, query).await?
        };
        // In strict order, each webhook that ends makes the next one claimable.
        let has_more_due = is_strict || claimed.len() as u64 == u64::from(limit);
        endpoint.has_more_due.store(has_more_due, Relaxed);
        for (delivery, entry) in self.enter(claimed).await {
            // Never short: only this task takes permits, and it claims no more than there are.
            let Ok(permit) = window.clone().try_acquire_owned() else { break };
            let due = self.context.due.clone();
            let claim = Claim::new(AttemptKind::Regular, endpoint.clone(), due, entry, permit);
            let deliverer = self.deliverer.clone();
            tokio::spawn(async move { deliverer.deliver(delivery, Origin::Claim(claim)).await });
        }
        Ok(true)
    }
}
