use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::installation::AppStatus;
use patchbay_proto::webhook_sender::{AppError, ListRequestsRequest, ListRequestsResponse, Request};
use patchbay_rpc::timestamp;
use prost::Message;

use super::event_filter::event_filter;
use super::find_app::readable;
use super::page::{page_size, time, uuid};
use crate::context::Context;
use crate::domain::request_log::cut;
use crate::store::list_requests::{Behind, RequestQuery, RequestRow, list_requests as list};

/// How far back the list goes by default.
const DEFAULT_AGE: TimeDelta = TimeDelta::days(30);
/// A page ends before the request that would exceed this size, so that it fits into one response.
const MAX_PAGE_BYTES: usize = 3 * 1024 * 1024;
/// Rows that are in memory with their bodies beside the page.
const BODIES_AT_ONCE: i64 = 10;

pub(super) async fn list_requests(
    context: &Context,
    caller: &Caller,
    request: ListRequestsRequest,
) -> Result<ListRequestsResponse> {
    let endpoint = readable(context, caller, &request.app)?;
    let now = context.clock.now();
    let limit = page_size(request.limit)?;
    let text = Some(request.text).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.contains('\0')) {
        return Err(Error::field("text", "Null characters are not allowed."));
    }
    let behind = match request.page.as_str() {
        "" => None,
        page => Some(read_page(page).ok_or_else(|| Error::field("page", "There is no such page."))?),
    };
    let mut query = RequestQuery {
        app_id: endpoint.app_id,
        event: event_filter(context, &request.event_type).await?,
        errors_only: request.errors_only,
        organization_id: Some(request.organization_id).filter(|id| *id != 0),
        installation_id: uuid("installation_uuid", &request.installation_uuid)?,
        delivery_id: uuid("delivery_id", &request.delivery_id)?,
        min_response_code: request.min_response_code,
        max_response_code: request.max_response_code,
        text,
        start: time("start", request.start)?.unwrap_or(now - DEFAULT_AGE),
        end: time("end", request.end)?.unwrap_or(now + TimeDelta::microseconds(1)),
        behind,
        limit: limit + 1,
        with_bodies: request.with_bodies,
    };
    let (mut requests, mut bytes, mut last) = (Vec::new(), 0, None);
    let has_more = 'page: loop {
        // Bodies are large, so few rows at a time are read with them.
        let wanted = limit + 1 - requests.len() as i64;
        query.limit = if query.with_bodies { wanted.min(BODIES_AT_ONCE) } else { wanted };
        query.behind = last.or(query.behind);
        let rows = list(&context.db, query.clone()).await?;
        let is_end = (rows.len() as i64) < query.limit;
        for row in rows {
            let behind =
                Behind { started_at: row.started_at, delivery_id: row.delivery_id, number: row.number };
            let message = to_message(row, request.with_bodies);
            bytes += message.encoded_len();
            if requests.len() as i64 == limit || (bytes > MAX_PAGE_BYTES && !requests.is_empty()) {
                break 'page true;
            }
            requests.push(message);
            last = Some(behind);
        }
        if is_end {
            break false;
        }
    };
    Ok(ListRequestsResponse {
        next_page: last.filter(|_| has_more).map(page_behind).unwrap_or_default(),
        requests,
        app_slug: endpoint.app_slug.clone(),
        app_is_internal: endpoint.status == AppStatus::Internal,
    })
}

fn page_behind(last: Behind) -> String {
    format!("{}.{}.{}", last.started_at.timestamp_micros(), last.delivery_id, last.number)
}

fn read_page(page: &str) -> Option<Behind> {
    let mut parts = page.split('.');
    let started_at = DateTime::<Utc>::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    let (delivery_id, number) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(Behind { started_at, delivery_id, number })
}

fn to_message(row: RequestRow, with_bodies: bool) -> Request {
    // As in Sentry, the log shows the bodies of failed attempts only, and cuts them.
    let shown = |text: Option<String>| match text {
        Some(text) if with_bodies => text,
        Some(text) if !row.delivered => cut(text),
        _ => String::new(),
    };
    let whole = row.body.map(|body| String::from_utf8_lossy(&body.0).into_owned());
    Request {
        webhook_url: row.webhook_url,
        event_type: format!("{}.{}", row.resource, row.action),
        started_at: Some(timestamp::to_wire(row.started_at)),
        response_code: row.response_code,
        organization_id: row.organization_id,
        delivery_id: row.delivery_id.to_string(),
        attempt: row.number,
        duration_ms: row.duration_ms.try_into().unwrap_or(i32::MAX),
        error: row.error.unwrap_or_default(),
        request_headers: row
            .request_headers
            .map(|headers| headers.0.into_iter().collect())
            .unwrap_or_default(),
        request_body: shown(whole.or(row.request_body)),
        response_body: shown(row.response_body),
        installation_uuid: row.installation_id.to_string(),
        sequence: row.sequence,
        app_error: row
            .error_id
            .zip(row.error_project)
            .map(|(error_id, project_id)| AppError { error_id, project_id }),
    }
}
