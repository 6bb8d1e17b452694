//! Removes what belongs to deleted issues and projects.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, Result};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::store::erase;

/// Between two looks when nobody calls: finds what another process hid, or what a killed one left.
const PAUSE: Duration = Duration::from_secs(60);
/// After a failure of the database.
const BACKOFF: Duration = Duration::from_secs(5);

/// Removes what belongs to deleted issues and projects, now and whenever it is called.
#[derive(Debug)]
pub(crate) struct Erase {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) wake: Arc<Notify>,
}

impl Erase {
    /// Works until a stop is requested; what is left then is found by the next start.
    pub(crate) async fn run(self, stop: Stop) {
        while !stop.is_requested() {
            let pause = match self.erase_all(&stop).await {
                Ok(()) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "deleted issues wait to be removed");
                    BACKOFF
                }
            };
            tokio::select! {
                () = stop.requested() => return,
                () = self.wake.notified() => {}
                () = patchbay_runtime::sleep(&self.clock, pause) => {}
            }
        }
    }

    async fn erase_all(&self, stop: &Stop) -> Result<()> {
        let mut last = 0;
        let mut failed = Ok(());
        loop {
            let projects = erase::hidden_projects_after(&self.db, last).await?;
            let Some(end) = projects.last() else { break };
            last = *end;
            for project_id in projects {
                // One that cannot be removed now keeps no other one waiting.
                failed = self.erase_project(project_id, stop).await.and(failed);
            }
        }
        loop {
            let issues = erase::hidden_issues(&self.db).await?;
            if issues.is_empty() || stop.is_requested() {
                return failed;
            }
            erase::issues(&self.db, &issues).await?;
        }
    }

    /// Settings first, because nothing else leads to them; the project last, because everything is found by it.
    async fn erase_project(&self, project_id: i64, stop: &Stop) -> Result<()> {
        erase::notification_settings(&self.db, project_id).await?;
        loop {
            if stop.is_requested() {
                return Ok(());
            }
            let issues = erase::take_issues_of(&self.db, project_id).await?;
            if issues.is_empty() {
                return erase::project(&self.db, project_id).await;
            }
            erase::issues(&self.db, &issues).await?;
        }
    }
}
