//! Webhooks that were given up.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Query, Result};
use uuid::Uuid;

use super::status::DEAD;

/// A filter of an app's dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeadFilter {
    /// Resource and action.
    pub event: Option<(String, String)>,
    pub installation_id: Option<Uuid>,
    pub reason: Option<String>,
    /// Earliest acceptance of the event.
    pub start: Option<DateTime<Utc>>,
    /// End of the acceptance of the event, exclusive.
    pub end: Option<DateTime<Utc>>,
}

#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct DeadRow {
    pub delivery_id: Uuid,
    pub event_id: Uuid,
    pub installation_id: Uuid,
    pub organization_id: i64,
    pub resource: String,
    pub action: String,
    pub accepted_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub attempts: i32,
    pub response_code: i32,
    pub reason: Option<String>,
    pub sequence: i64,
}

impl DeadFilter {
    /// The filter as ` and …`, with parameters from `$first` on.
    pub(crate) fn sql(&self, first: usize) -> String {
        let mut sql = String::new();
        let mut next = first;
        let mut and = |wanted: bool, column: &str, comparison: &str| {
            if wanted {
                sql.push_str(&format!(" and {column} {comparison} ${next}"));
                next += 1;
            }
        };
        and(self.event.is_some(), "resource", "=");
        and(self.event.is_some(), "action", "=");
        and(self.installation_id.is_some(), "installation_id", "=");
        and(self.reason.is_some(), "reason", "=");
        and(self.start.is_some(), "accepted_at", ">=");
        and(self.end.is_some(), "accepted_at", "<");
        sql
    }

    /// Binds the values of [`DeadFilter::sql`].
    pub(crate) fn bind<'q>(&self, mut query: Query<'q>) -> Query<'q> {
        if let Some((resource, action)) = &self.event {
            query = query.bind(resource.clone()).bind(action.clone());
        }
        if let Some(installation_id) = self.installation_id {
            query = query.bind(installation_id);
        }
        if let Some(reason) = &self.reason {
            query = query.bind(reason.clone());
        }
        for moment in [self.start, self.end].into_iter().flatten() {
            query = query.bind(moment);
        }
        query
    }
}

/// The newest events' first; with `before` only those before_page that one.
pub(crate) async fn list(
    db: &Db,
    app_id: i64,
    filter: &DeadFilter,
    before: Option<(Uuid, Uuid)>,
    limit: i64,
) -> Result<Vec<DeadRow>> {
    let before_page = if before.is_some() { " and (event_id, delivery_id) < ($3, $4)" } else { "" };
    let sql = format!(
        "select delivery_id, event_id, installation_id, organization_id, resource, action, accepted_at, updated_at,
             attempts, response_code, reason, sequence
         from deliveries where app_id = $1 and status = {DEAD}{before_page}{}
         order by event_id desc, delivery_id desc limit $2",
        filter.sql(if before.is_some() { 5 } else { 3 }),
    );
    let mut query = db.query(AssertSqlSafe(sql)).bind(app_id).bind(limit);
    if let Some((event_id, delivery_id)) = before {
        query = query.bind(event_id).bind(delivery_id);
    }
    filter.bind(query).fetch_all().await
}

pub(crate) async fn count(db: &Db, app_id: i64, filter: &DeadFilter) -> Result<i64> {
    let sql =
        format!("select count(*) from deliveries where app_id = $1 and status = {DEAD}{}", filter.sql(2));
    filter.bind(db.query(AssertSqlSafe(sql)).bind(app_id)).fetch_scalar().await
}
