//! The newest attempts of an app.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Json, Result};
use uuid::Uuid;

/// Attempts in one answer, at most.
const MOST: i64 = 100;

/// Which attempts are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub app_id: i64,
    /// Resource and action.
    pub event: Option<(&'static str, &'static str)>,
    pub errors_only: bool,
    pub organization_id: Option<i64>,
    pub start: DateTime<Utc>,
    /// Not itself included.
    pub end: DateTime<Utc>,
}

/// One attempt as it is shown.
#[derive(Debug, FromRow)]
pub(crate) struct RequestRow {
    pub webhook_url: String,
    pub resource: String,
    pub action: String,
    pub started_at: DateTime<Utc>,
    pub response_code: i32,
    pub organization_id: i64,
    pub delivery_id: Uuid,
    pub number: i32,
    pub duration_ms: i64,
    pub error: Option<String>,
    pub request_headers: Option<Json<BTreeMap<String, String>>>,
    pub request_body: Option<String>,
    pub response_body: Option<String>,
}

/// The newest of them, newest first. Filters that are not wanted are not in the text, so that each text has the
/// index it needs.
pub(crate) async fn list_requests(db: &Db, wanted: Wanted) -> Result<Vec<RequestRow>> {
    let mut sql = String::from(
        "select webhook_url, resource, action, started_at, response_code, organization_id, delivery_id,
             number, duration_ms, error, request_headers, request_body, response_body
         from attempts where app_id = $1 and started_at >= $2 and started_at < $3",
    );
    if wanted.errors_only {
        sql += " and not delivered";
    }
    let mut place = 4..;
    let mut next = || place.next().unwrap_or_default();
    if wanted.event.is_some() {
        sql += &format!(" and resource = ${} and action = ${}", next(), next());
    }
    if wanted.organization_id.is_some() {
        sql += &format!(" and organization_id = ${}", next());
    }
    sql += &format!(" order by started_at desc limit {MOST}");
    let mut query = db.query(AssertSqlSafe(sql)).bind(wanted.app_id).bind(wanted.start).bind(wanted.end);
    if let Some((resource, action)) = wanted.event {
        query = query.bind(resource).bind(action);
    }
    if let Some(organization_id) = wanted.organization_id {
        query = query.bind(organization_id);
    }
    query.fetch_all().await
}
