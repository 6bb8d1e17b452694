use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use patchbay_domain::{Error, ErrorKind};
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

/// `GET /api/0/sentry-apps/{app}/webhook-requests/`: the newest attempts to deliver the app's webhooks.
pub(crate) async fn list_webhook_requests(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<WebhookRequestJson>>> {
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
        ..Default::default()
    };
    let answer = gateway.services.webhooks().list_requests(request_as(&caller, message)).await.answer();
    let answer = answer.map_err(|error| match error.reason.as_ref() {
        "UNKNOWN_EVENT_TYPE" => not_a_choice(&filter.event_type),
        _ => error,
    })?;
    let organizations = organizations(&gateway, &answer).await?;
    let write = |request: patchbay_proto::webhook_sender::Request| {
        let organization = organizations.get(&request.organization_id);
        WebhookRequestJson::new(request, &answer.app_slug, organization)
    };
    Ok(Json(answer.requests.into_iter().map(write).collect()))
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
}

impl Filter {
    fn read(query: &Query) -> patchbay_domain::Result<Self> {
        let filter = Self {
            event_type: query.get("eventType").unwrap_or_default().to_owned(),
            errors_only: flag(query.get("errorsOnly"))?,
            organization: query.get("organizationSlug").map(str::to_owned),
            start: moment("start", query.get("start"))?,
            end: moment("end", query.get("end"))?,
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
fn flag(text: Option<&str>) -> patchbay_domain::Result<bool> {
    match text.unwrap_or("false").to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err(Error::field("errorsOnly", "Must be a valid boolean.")),
    }
}

fn moment(name: &str, text: Option<&str>) -> patchbay_domain::Result<Option<DateTime<Utc>>> {
    let Some(text) = text else { return Ok(None) };
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|moment| Some(moment.and_utc())).map_err(
        |_| {
            let message = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD hh:mm:ss.";
            Error::field(name, message)
        },
    )
}

fn not_a_choice(event_type: &str) -> Error {
    Error::field("eventType", format!("\"{event_type}\" is not a valid choice."))
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
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, field) in [
            ("errorsOnly=perhaps", "errorsOnly"),
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
