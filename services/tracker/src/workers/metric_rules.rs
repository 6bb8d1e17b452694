//! Evaluates metric rules when errors were recorded, and as time passes.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, Result};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::domain::alert::metric_rule::{Incident, MetricRule, Severity, Verdict};
use crate::domain::links::Links;
use crate::outbox;
use crate::store::metric_rules;
use crate::store::recording::prune_counts;

/// Pause between rounds without new errors: counts fall as time passes.
const PAUSE: Duration = Duration::from_secs(10);
/// Minimum pause between rounds.
const BREATH: Duration = Duration::from_millis(500);
/// Rules read by one statement.
const RULES: i64 = 500;
/// Rounds between two deletions of old counts.
const ROUNDS_PER_CLEANING: u32 = 60;

/// Evaluates metric rules.
#[derive(Debug)]
pub(crate) struct MetricRules {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) links: Links,
    /// Wakes the worker after errors were counted.
    pub(crate) counted: Arc<Notify>,
}

impl MetricRules {
    /// Runs until a stop is requested.
    pub(crate) async fn run(self, stop: Stop) {
        for round in 0_u32.. {
            let cleaned = match round % ROUNDS_PER_CLEANING {
                0 => prune_counts(&self.db, self.clock.now().timestamp()).await,
                _ => Ok(()),
            };
            if let Err(error) = cleaned.and(self.ask_all().await) {
                tracing::warn!(%error, "metric rules could not be evaluated; the next attempt is within 10 s");
            }
            let due = self.clock.now() + PAUSE;
            let rest = async {
                tokio::time::sleep(BREATH).await;
                tokio::select! {
                    () = self.counted.notified() => {}
                    () = patchbay_runtime::sleep_until(&self.clock, due) => {}
                }
            };
            tokio::select! {
                () = stop.requested() => return,
                () = rest => {}
            }
        }
    }

    async fn ask_all(&self) -> Result<()> {
        let mut last = 0;
        loop {
            let rules = metric_rules::after(&self.db, last, RULES).await?;
            let Some(end) = rules.last() else { return Ok(()) };
            last = end.id;
            for rule in rules {
                self.ask(&rule).await?;
            }
        }
    }

    async fn ask(&self, rule: &MetricRule) -> Result<()> {
        let minute = self.clock.now().timestamp() / 60 - rule.numbers.time_window;
        let counts = metric_rules::errors_since(&self.db, rule.project_id, minute).await?;
        match rule.numbers.judge(counts, rule.incident.map(|incident| incident.severity)) {
            Verdict::Nothing => Ok(()),
            Verdict::Becomes(severity, count) => self.change(rule, Some(severity), count).await,
            Verdict::Over(count) => self.change(rule, None, count).await,
        }
    }

    async fn change(&self, rule: &MetricRule, severity: Option<Severity>, count: i64) -> Result<()> {
        let now = self.clock.now();
        let incident = match (rule.incident, severity) {
            (Some(incident), _) => incident,
            (None, None) => return Ok(()),
            (None, Some(severity)) => Incident {
                id: self.db.allocate_ids("incident", 1).await?,
                identifier: self.db.allocate_ids(&format!("incident of {}", rule.organization_id), 1).await?,
                severity,
                started_at: now,
            },
        };
        let known = rule.incident.map(|incident| incident.severity);
        let mut tx = self.db.begin().await?;
        if metric_rules::write_incident(&mut tx, rule, incident, known, severity, now).await? {
            let told = rule.events(incident, severity, count, &self.links, now);
            tx.outbox_all(told.into_iter().map(outbox::message)).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
