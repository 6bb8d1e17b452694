//! Requests that were made to an app.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Blob, Db, FromRow, Json, Query, Result};
use uuid::Uuid;

#[derive(Debug, Clone)]
pub(crate) struct RequestQuery {
    pub app_id: i64,
    /// Resource and action.
    pub event: Option<(String, String)>,
    pub errors_only: bool,
    pub organization_id: Option<i64>,
    pub installation_id: Option<Uuid>,
    pub delivery_id: Option<Uuid>,
    pub min_response_code: Option<i32>,
    pub max_response_code: Option<i32>,
    pub text: Option<String>,
    pub start: DateTime<Utc>,
    /// Exclusive.
    pub end: DateTime<Utc>,
    /// Only requests after this one.
    pub behind: Option<Behind>,
    pub limit: i64,
    pub with_bodies: bool,
}

/// The last request of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Behind {
    pub started_at: DateTime<Utc>,
    pub delivery_id: Uuid,
    pub number: i32,
}

#[derive(Debug, FromRow)]
pub(crate) struct RequestRow {
    pub webhook_url: String,
    pub resource: String,
    pub action: String,
    pub started_at: DateTime<Utc>,
    pub response_code: i32,
    pub organization_id: i64,
    pub installation_id: Uuid,
    pub delivery_id: Uuid,
    pub number: i32,
    pub sequence: i64,
    pub duration_ms: i64,
    pub delivered: bool,
    pub error: Option<String>,
    pub error_id: Option<String>,
    pub error_project: Option<String>,
    pub request_headers: Option<Json<BTreeMap<String, String>>>,
    pub request_body: Option<String>,
    pub response_body: Option<String>,
    /// Set with `with_bodies`.
    pub body: Option<Blob>,
}

const COLUMNS: &str = "a.webhook_url, a.resource, a.action, a.started_at, a.response_code, a.organization_id,
     a.installation_id, a.delivery_id, a.number, a.sequence, a.duration_ms, a.delivered, a.error, a.error_id,
     a.error_project, a.request_headers, a.request_body, a.response_body";

/// The newest requests first. The statement contains only the filters that are set, so that each combination uses the right index.
pub(crate) async fn list_requests(db: &Db, wanted: RequestQuery) -> Result<Vec<RequestRow>> {
    let sql = |holds: &str| {
        let condition = condition(&wanted, holds);
        let body = if wanted.with_bodies { "coalesce(a.body, d.body)" } else { "null" };
        let body = format!("cast({body} as {}) as body", if holds == POSTGRES { "bytea" } else { "blob" });
        let join = "left join deliveries d on d.delivery_id = a.delivery_id";
        let join = if wanted.with_bodies || wanted.text.is_some() { join } else { "" };
        let part = |table: &str| {
            format!(
                "select * from (
                     select {COLUMNS}, {body} from {table} a {join} where {condition}
                     order by a.started_at desc, a.delivery_id desc, a.number desc limit $4
                 ) {table}_part"
            )
        };
        format!(
            "{} union all {} order by started_at desc, delivery_id desc, number desc limit $4",
            part("attempts"),
            part("kept_attempts"),
        )
    };
    let query = db.query_per_engine(AssertSqlSafe(sql(POSTGRES)), AssertSqlSafe(sql(SQLITE)));
    let query = query.bind(wanted.app_id).bind(wanted.start).bind(wanted.end).bind(wanted.limit);
    bind(query, &wanted).fetch_all().await
}

/// How each engine searches a text in the fields of a request.
const POSTGRES: &str =
    "position(convert_to($n, 'UTF8') in coalesce(a.body, d.body)) > 0 or strpos(a.webhook_url, $n) > 0
     or strpos(coalesce(a.error, ''), $n) > 0 or strpos(coalesce(a.response_body, ''), $n) > 0";
const SQLITE: &str = "instr(coalesce(a.body, d.body), cast($n as blob)) > 0 or instr(a.webhook_url, $n) > 0
     or instr(coalesce(a.error, ''), $n) > 0 or instr(coalesce(a.response_body, ''), $n) > 0";

fn condition(wanted: &RequestQuery, holds: &str) -> String {
    let mut sql = String::from("a.app_id = $1 and a.started_at >= $2 and a.started_at < $3");
    if wanted.errors_only {
        sql += " and not a.delivered";
    }
    let mut place = 5..;
    let mut and = |is_wanted: bool, comparison: &str| {
        if is_wanted {
            let place = format!("${}", place.next().unwrap_or_default());
            sql += &format!(" and ({})", comparison.replace("$n", &place));
        }
    };
    and(wanted.event.is_some(), "a.resource = $n");
    and(wanted.event.is_some(), "a.action = $n");
    and(wanted.organization_id.is_some(), "a.organization_id = $n");
    and(wanted.installation_id.is_some(), "a.installation_id = $n");
    and(wanted.delivery_id.is_some(), "a.delivery_id = $n");
    and(wanted.min_response_code.is_some(), "a.response_code >= $n");
    and(wanted.max_response_code.is_some(), "a.response_code <= $n");
    and(wanted.text.is_some(), holds);
    if wanted.behind.is_some() {
        let [at, delivery, number] = std::array::from_fn(|_| place.next().unwrap_or_default());
        sql += &format!(" and (a.started_at, a.delivery_id, a.number) < (${at}, ${delivery}, ${number})");
    }
    sql
}

fn bind<'q>(mut query: Query<'q>, wanted: &RequestQuery) -> Query<'q> {
    if let Some((resource, action)) = &wanted.event {
        query = query.bind(resource.clone()).bind(action.clone());
    }
    if let Some(organization_id) = wanted.organization_id {
        query = query.bind(organization_id);
    }
    for id in [wanted.installation_id, wanted.delivery_id].into_iter().flatten() {
        query = query.bind(id);
    }
    for code in [wanted.min_response_code, wanted.max_response_code].into_iter().flatten() {
        query = query.bind(code);
    }
    if let Some(text) = &wanted.text {
        query = query.bind(text.clone());
    }
    if let Some(behind) = wanted.behind {
        query = query.bind(behind.started_at).bind(behind.delivery_id).bind(behind.number);
    }
    query
}
