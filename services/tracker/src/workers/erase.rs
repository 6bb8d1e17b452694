//! Deletes the rows of hidden issues and projects.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, Result};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::store::erase;

/// Pause between rounds without a wake-up. A round finds rows that other processes hid, or left behind when they were killed.
const PAUSE: Duration = Duration::from_secs(60);
/// Pause after a database failure.
const BACKOFF: Duration = Duration::from_secs(5);

/// Deletes the rows of hidden issues and projects.
#[derive(Debug)]
pub(crate) struct Erase {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) wake: Arc<Notify>,
}

impl Erase {
    /// Runs until a stop is requested. The next start continues.
    pub(crate) async fn run(self, stop: Stop) {
        while !stop.is_requested() {
            let pause = match self.erase_all(&stop).await {
                Ok(()) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "rows of deleted issues could not be removed; the next attempt is in 5 s");
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
                // A failure does not block the other projects.
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

    /// Notification settings first, because no foreign key leads to them; the project last, because it leads to everything.
    async fn erase_project(&self, project_id: i64, stop: &Stop) -> Result<()> {
        erase::notification_settings(&self.db, project_id).await?;
        loop {
            if stop.is_requested() {
                return Ok(());
            }
            let issues = erase::take_issues_of(&self.db, project_id, self.clock.now()).await?;
            if issues.is_empty() {
                return erase::project(&self.db, project_id).await;
            }
            erase::issues(&self.db, &issues).await?;
        }
    }
}
