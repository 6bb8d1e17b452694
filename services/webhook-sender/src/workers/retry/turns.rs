use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::DbError;

use super::{POLL, RetryWorker};
use crate::domain::pace::Speed;
use crate::domain::turns::Turns;
use crate::endpoints::slots::EndpointSlots;
use crate::store;

/// Turns are taken at most this often.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::milliseconds(10);

impl RetryWorker {
    /// How many of `wanted` webhooks may be sent to the endpoint now, and when to ask again.
    pub(super) async fn turns(
        &self,
        endpoint: &EndpointSlots,
        wanted: u32,
        now: DateTime<Utc>,
    ) -> Result<Turns, DbError> {
        match self.context.routing.speed(endpoint, now) {
            Speed::Unlimited => Ok(Turns { count: wanted, next_at: now + POLL }),
            Speed::PausedUntil(next_at) => Ok(Turns { count: 0, next_at }),
            Speed::Limited(rate) => {
                let turns = store::turns::take(&self.context.db, endpoint.app_id, rate, wanted, now).await?;
                Ok(Turns { next_at: turns.next_at.max(now + SHORTEST_PAUSE), ..turns })
            }
        }
    }
}
