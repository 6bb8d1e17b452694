use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use patchbay_domain::{Caller, ErrorKind, Scope};
use patchbay_proto::tracker::{GetOrganizationRequest, Organization};
use patchbay_proto::webhook_sender::{ListRequestsRequest, ListRequestsResponse, Request};
use patchbay_rpc::{request, request_as, timestamp};

use super::installed::is_installed;
use super::log_filter::{Filter, in_our_words, invalid_organization, not_a_choice};
use super::next_page::link;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::closed_organization::is_limited;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::json::webhook_request::WebhookRequestJson;
use patchbay_edge::answer::Answer;

/// The id of no organization.
const NOWHERE: i64 = -1;

/// How many organizations are asked for at once.
const PARALLEL: usize = 8;

const LOG_QUERY: &[Field] = &[
    optional("eventType", Kind::Text),
    optional("errorsOnly", Kind::Flag),
    optional("organizationSlug", Kind::Text),
    optional("start", Kind::Text),
    optional("end", Kind::Text),
    // Not Sentry's.
    optional("installation", Kind::Text),
    optional("delivery", Kind::Text),
    optional("responseCode", Kind::Text),
    optional("query", Kind::Text),
    optional("full", Kind::Flag),
];

pub(super) fn operation() -> Operation {
    get("list_webhook_requests", "/api/0/sentry-apps/{app}/webhook-requests/", list_webhook_requests)
        .does("List attempts to deliver webhooks")
        .by(one_of(&[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin]))
        .asks(LOG_QUERY)
        .paged()
        .lists::<WebhookRequestJson>()
}

/// Newest first. Sentry has `eventType`, `errorsOnly`, `organizationSlug`, `start` and `end`. The other parameters
/// filter the whole log, page by page; `full` adds headers and bodies.
async fn list_webhook_requests(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let filter = Filter::read(&query)?;
    let asked_for = match &filter.organization {
        None => None,
        Some(slug) => Some(organization(&context, slug.clone()).await?),
    };
    let organization_id = asked_for.as_ref().map_or(0, |found| found.as_ref().map_or(NOWHERE, |it| it.id));
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
    let answer = context.services.webhooks().list_requests(request_as(&caller, message)).await.answer();
    let answer = answer.map_err(|error| match error.reason.as_ref() {
        "UNKNOWN_EVENT_TYPE" => not_a_choice(&filter.event_type),
        _ => in_our_words(error),
    })?;
    // A caller who may not read the log does not learn which organizations exist.
    if let Some(organization) = asked_for
        && !may_be_named(&context, &caller, organization.as_ref(), &answer).await?
    {
        return Err(invalid_organization().into());
    }
    let answer = without_other_projects(&context, &caller, answer, !filter.text.is_empty()).await?;
    let organizations = organizations(&context, &answer).await?;
    let path = format!("/api/0/sentry-apps/{}/webhook-requests/", answer.app_slug);
    let link = link(&context, &path, &query, &answer.next_page);
    let write = |request: Request| {
        let organization = organizations.get(&request.organization_id);
        WebhookRequestJson::new(request, &answer.app_slug, organization, filter.full)
    };
    let requests: Vec<_> = answer.requests.into_iter().map(write).collect();
    Ok((link, Json(requests)).into_response())
}

/// Whether the reader of this log knows that the organization exists: it is their own, or it has or had the app.
async fn may_be_named(
    context: &Context,
    caller: &Caller,
    organization: Option<&Organization>,
    answer: &ListRequestsResponse,
) -> Result<bool> {
    let Some(organization) = organization else { return Ok(false) };
    let is_own = caller.scopes_in(organization.id).is_some() || caller.sees_every_organization();
    if is_own || !answer.requests.is_empty() {
        return Ok(true);
    }
    is_installed(context, &answer.app_slug, organization.id).await
}

/// Removes the bodies of events in organizations that limit the caller to the projects of their teams. A search of the bodies does not
/// find such events.
async fn without_other_projects(
    context: &Context,
    caller: &Caller,
    mut answer: ListRequestsResponse,
    is_search: bool,
) -> Result<ListRequestsResponse> {
    let organizations: BTreeSet<i64> =
        answer.requests.iter().map(|request| request.organization_id).collect();
    for organization_id in organizations {
        if !is_limited(context, caller, organization_id).await? {
            continue;
        }
        if is_search {
            answer.requests.retain(|request| request.organization_id != organization_id);
        }
        let here = |request: &&mut Request| request.organization_id == organization_id;
        for request in answer.requests.iter_mut().filter(here) {
            request.request_body.clear();
            request.response_body.clear();
        }
    }
    Ok(answer)
}

/// The organizations the attempts were made for; none of an internal app, which has only one.
async fn organizations(
    context: &Context,
    answer: &ListRequestsResponse,
) -> Result<HashMap<i64, Organization>> {
    if answer.app_is_internal {
        return Ok(HashMap::new());
    }
    let ids: BTreeSet<i64> = answer.requests.iter().map(|request| request.organization_id).collect();
    let found: Vec<Option<Organization>> = stream::iter(ids)
        .map(|id| organization(context, id.to_string()))
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().map(|organization| (organization.id, organization)).collect())
}

async fn organization(context: &Context, organization: String) -> Result<Option<Organization>> {
    let lookup = request(GetOrganizationRequest { organization });
    match context.services.directory().get_organization(lookup).await.answer() {
        Ok(organization) => Ok(Some(organization)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
