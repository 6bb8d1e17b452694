use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::DbError;
use tokio::sync::Semaphore;

use super::{RetryWorker, free};
use crate::context::Context;
use crate::domain::breaker::AttemptKind;
use crate::store::about_installations::{apps_with_due, claim};

impl RetryWorker {
    /// Sends due webhooks about installations past breakers and limited rates. They are few, and an app that does not know of
    /// an installation's start or end cannot work.
    pub(super) async fn send_about_installations(
        &self,
        now: DateTime<Utc>,
        window: &Arc<Semaphore>,
    ) -> Result<(), DbError> {
        let Context { db, routing, slots, .. } = &self.context;
        for app_id in apps_with_due(db, now).await? {
            let endpoint = slots.of(app_id);
            let limit = endpoint.free_claims().min(free(window));
            if limit == 0 || !routing.holds_back(&endpoint, now) {
                continue;
            }
            let claimed = claim(db, self.query(app_id, now, limit)).await?;
            self.send(claimed, AttemptKind::Regular, &endpoint, window).await;
        }
        Ok(())
    }
}
