//! `ListRequests`: the newest attempts of an app's webhooks.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::installation::AppStatus;
use patchbay_proto::webhook_sender::{ListRequestsRequest, ListRequestsResponse, Request};
use patchbay_rpc::timestamp;
use prost_types::Timestamp;

use super::webhooks::WebhooksService;
use crate::domain::event_filter::event_filter;
use crate::domain::request_access::may_read_requests;
use crate::store::list_requests::{RequestRow, Wanted, list_requests as list};

/// How far back the list goes unless asked otherwise.
const DAYS: TimeDelta = TimeDelta::days(30);

pub(crate) async fn list_requests(
    service: &WebhooksService,
    caller: &Caller,
    request: ListRequestsRequest,
) -> Result<ListRequestsResponse> {
    let number: Option<i64> = request.app.parse().ok();
    let endpoint = number
        .and_then(|number| service.world.endpoints.get(&number))
        .or_else(|| service.world.endpoints.find(|endpoint| endpoint.app_slug == request.app))
        .ok_or_else(|| Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app"))?;
    may_read_requests(caller, endpoint.owner_organization_id, endpoint.status)?;

    let now = service.clock.now();
    let wanted = Wanted {
        app_id: endpoint.app_id,
        event: event_filter(&request.event_type)?,
        errors_only: request.errors_only,
        organization_id: Some(request.organization_id).filter(|id| *id != 0),
        start: moment("start", request.start)?.unwrap_or(now - DAYS),
        end: moment("end", request.end)?.unwrap_or(now + TimeDelta::microseconds(1)),
    };
    let rows = list(&service.db, wanted).await?;
    Ok(ListRequestsResponse {
        requests: rows.into_iter().map(to_message).collect(),
        app_slug: endpoint.app_slug.clone(),
        app_is_internal: endpoint.status == AppStatus::Internal,
        next_page: String::new(),
    })
}

fn moment(field: &str, given: Option<Timestamp>) -> Result<Option<DateTime<Utc>>> {
    let read = |given| timestamp::from_wire(&given).ok_or_else(|| Error::field(field, "This is not a time."));
    given.map(read).transpose()
}

fn to_message(row: RequestRow) -> Request {
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
        request_body: row.request_body.unwrap_or_default(),
        response_body: row.response_body.unwrap_or_default(),
        ..Default::default()
    }
}
