use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, NaiveDateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use patchbay_domain::{Error, ErrorKind, shortened};
use patchbay_proto::tracker::{GetOrganizationRequest, Organization};
use patchbay_proto::webhook_sender::{ListRequestsRequest, ListRequestsResponse};
use patchbay_rpc::{request, request_as, timestamp};

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::webhook_request::WebhookRequestJson;
use crate::params::Params;
use crate::query::Query;

/// How many organizations are asked for at once.
const PARALLEL: usize = 8;

/// `GET /api/0/sentry-apps/{app}/webhook-requests/`: attempts to deliver the app's webhooks, newest first.
///
/// Sentry's own are `eventType`, `errorsOnly`, `organizationSlug`, `start` and `end`; by the others the whole log is
/// searched, page by page, and with `full` all that is known is told.
pub(crate) async fn list_webhook_requests(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let filter = Filter::read(&query)?;
    let organization_id = match &filter.organization {
        None => 0,
        Some(slug) => organization(&gateway, slug.clone()).await?.ok_or_else(invalid_organization)?.id,
    };
    let message = ListRequestsRequest {
        app: params.app()?,
        event_type: filter.event_type.clone(),
        errors_only: filter.errors_only,
        organization_id,
        start: filter.start.map(timestamp::to_wire),
        end: filter.end.map(timestamp::to_wire),
        installation_uuid: filter.installation.clone(),
        min_response_code: filter.response_codes.map(|(lowest, _)| lowest),
        max_response_code: filter.response_codes.map(|(_, highest)| highest),
        text: filter.text.clone(),
        delivery_id: filter.delivery.clone(),
        limit: filter.limit,
        page: filter.page.clone(),
        with_bodies: filter.full,
    };
    let answer = gateway.services.webhooks().list_requests(request_as(&caller, message)).await.answer();
    let answer = answer.map_err(|error| match error.reason.as_ref() {
        "UNKNOWN_EVENT_TYPE" => not_a_choice(&filter.event_type),
        _ => error,
    })?;
    let organizations = organizations(&gateway, &answer).await?;
    let path = format!("/api/0/sentry-apps/{}/webhook-requests/", answer.app_slug);
    let link = link(&gateway, &path, &query, &answer.next_page);
    let write = |request: patchbay_proto::webhook_sender::Request| {
        let organization = organizations.get(&request.organization_id);
        WebhookRequestJson::new(request, &answer.app_slug, organization, filter.full)
    };
    let requests: Vec<_> = answer.requests.into_iter().map(write).collect();
    Ok((link, Json(requests)).into_response())
}

/// The `Link` header that leads to the next page, whose cursor is the log's own.
pub(super) fn link(
    gateway: &Gateway,
    path: &str,
    query: &Query,
    next_page: &str,
) -> AppendHeaders<Option<(HeaderName, HeaderValue)>> {
    let has_more = !next_page.is_empty();
    let base = gateway.config.base_url();
    let query = query.with("cursor", next_page);
    let link =
        format!("<{base}{path}?{query}>; rel=\"next\"; results=\"{has_more}\"; cursor=\"{next_page}\"");
    AppendHeaders(HeaderValue::from_str(&link).ok().map(|link| (header::LINK, link)))
}

/// `per_page`, as many as usual without it.
pub(super) fn page_limit(query: &Query) -> patchbay_domain::Result<i32> {
    let Some(text) = query.get("per_page") else { return Ok(0) };
    let size = text.parse().ok().filter(|size| (1..=100).contains(size));
    size.ok_or_else(|| Error::invalid("INVALID_PAGE", "Invalid per_page value. Must be between 1 and 100."))
}

/// The organizations the attempts were made for; none of an internal app, which has only one.
async fn organizations(
    gateway: &Gateway,
    answer: &ListRequestsResponse,
) -> Result<HashMap<i64, Organization>> {
    if answer.app_is_internal {
        return Ok(HashMap::new());
    }
    let ids: BTreeSet<i64> = answer.requests.iter().map(|request| request.organization_id).collect();
    let found: Vec<Option<Organization>> = stream::iter(ids)
        .map(|id| organization(gateway, id.to_string()))
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().map(|organization| (organization.id, organization)).collect())
}

async fn organization(gateway: &Gateway, organization: String) -> Result<Option<Organization>> {
    let asked = request(GetOrganizationRequest { organization });
    match gateway.services.directory().get_organization(asked).await.answer() {
        Ok(organization) => Ok(Some(organization)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the query asks for.
#[derive(Debug, Default, PartialEq)]
struct Filter {
    /// Empty for all.
    event_type: String,
    errors_only: bool,
    organization: Option<String>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    /// Empty for all, as the next ones.
    installation: String,
    delivery: String,
    text: String,
    /// The lowest and the highest.
    response_codes: Option<(i32, i32)>,
    full: bool,
    limit: i32,
    page: String,
}

impl Filter {
    fn read(query: &Query) -> patchbay_domain::Result<Self> {
        let filter = Self {
            event_type: query.get("eventType").unwrap_or_default().to_owned(),
            errors_only: flag("errorsOnly", query.get("errorsOnly"))?,
            organization: query.get("organizationSlug").map(str::to_owned),
            start: moment("start", query.get("start"))?,
            end: moment("end", query.get("end"))?,
            installation: query.get("installation").unwrap_or_default().to_owned(),
            delivery: query.get("delivery").unwrap_or_default().to_owned(),
            text: query.get("query").unwrap_or_default().to_owned(),
            response_codes: query.get("responseCode").map(response_codes).transpose()?,
            full: flag("full", query.get("full"))?,
            limit: page_limit(query)?,
            page: query.get("cursor").unwrap_or_default().to_owned(),
        };
        if query.get("eventType").is_some_and(|name| name.is_empty() || name.contains('\0')) {
            return Err(not_a_choice(&filter.event_type));
        }
        if filter.organization.as_ref().is_some_and(|slug| slug.is_empty() || slug.contains('\0')) {
            return Err(invalid_organization());
        }
        if let (Some(start), Some(end)) = (filter.start, filter.end)
            && start > end
        {
            let message = "Invalid timestamp (start must be before end).";
            return Err(Error::field("non_field_errors", message));
        }
        Ok(filter)
    }
}

/// The spellings that Django REST framework takes for a truth value.
fn flag(name: &str, text: Option<&str>) -> patchbay_domain::Result<bool> {
    match text.unwrap_or("false").to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err(Error::field(name, "Must be a valid boolean.")),
    }
}

/// `500`, `5xx`, or `0` for no answer.
fn response_codes(text: &str) -> patchbay_domain::Result<(i32, i32)> {
    let wrong = || Error::field("responseCode", "Has to be a status such as 404, a class such as 5xx, or 0.");
    if let Some(class) = text.strip_suffix("xx") {
        let class: i32 = class.parse().ok().filter(|class| (1..=5).contains(class)).ok_or_else(wrong)?;
        return Ok((class * 100, class * 100 + 99));
    }
    let status = text.parse().ok().filter(|status| matches!(status, 0 | 100..=599)).ok_or_else(wrong)?;
    Ok((status, status))
}

pub(super) fn moment(name: &str, text: Option<&str>) -> patchbay_domain::Result<Option<DateTime<Utc>>> {
    let Some(text) = text else { return Ok(None) };
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|moment| Some(moment.and_utc())).map_err(
        |_| {
            let message = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD hh:mm:ss.";
            Error::field(name, message)
        },
    )
}

fn not_a_choice(event_type: &str) -> Error {
    Error::field("eventType", format!("\"{}\" is not a valid choice.", shortened(event_type)))
}

fn invalid_organization() -> Error {
    Error::invalid("INVALID_ORGANIZATION", "Invalid organization.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> patchbay_domain::Result<Filter> {
        Filter::read(&Query::parse(query))
    }

    #[test]
    fn a_whole_query_is_read() {
        let query = "eventType=issue.created&errorsOnly=1&organizationSlug=org&\
                     start=2026-08-16%2003:03:14&end=2026-08-16+03:03:15";
        let filter = read(query).unwrap();
        assert_eq!((filter.event_type.as_str(), filter.errors_only), ("issue.created", true));
        assert_eq!(filter.organization.as_deref(), Some("org"));
        assert_eq!((filter.end.unwrap() - filter.start.unwrap()).num_seconds(), 1);
        assert_eq!(read("").unwrap(), Filter::default());
        let more = read("responseCode=5xx&query=needle&full=1&per_page=10&cursor=1.a.2&delivery=x").unwrap();
        assert_eq!((more.response_codes, more.limit, more.full), (Some((500, 599)), 10, true));
        assert_eq!((more.text.as_str(), more.page.as_str()), ("needle", "1.a.2"));
        assert_eq!(read("responseCode=0").unwrap().response_codes, Some((0, 0)));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, field) in [
            ("errorsOnly=perhaps", "errorsOnly"),
            ("full=perhaps", "full"),
            ("responseCode=6xx", "responseCode"),
            ("responseCode=99", "responseCode"),
            ("responseCode=", "responseCode"),
            ("start=yesterday", "start"),
            ("start=99999-01-01T00:00:00Z", "start"),
            ("end=2026-02-30%2000:00:00", "end"),
            ("end=", "end"),
            ("eventType=", "eventType"),
            ("eventType=%00", "eventType"),
            ("start=2026-08-16+03:03:15&end=2026-08-16+03:03:14", "non_field_errors"),
        ] {
            assert_eq!(read(query).unwrap_err().fields[0].field, field, "{query}");
        }
        assert_eq!(read("organizationSlug=").unwrap_err().message, "Invalid organization.");
    }
}
