use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_proto::tracker::{IssueFilter, ListIssuesRequest, ListIssuesResponse};
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use super::selection::projects;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::page_size;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

/// The query when the request has none.
const DEFAULT_QUERY: &str = "is:unresolved";

const SEARCH: &[Field] = &[
    optional("query", Kind::Text),
    optional("sort", Kind::Text),
    optional("project", Kind::Texts),
    optional("limit", Kind::Integer),
];

pub(super) fn operation() -> Operation {
    described(get("list_issues", "/api/0/organizations/{organization}/issues/", list_issues))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Look for issues")
        .by(one_of(EVENT_READERS).and_apps())
        .asks(SEARCH)
        .paged()
        .answers_json(200)
}

pub(super) async fn list_issues(
    State(context): State<Context>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let size = page_size(&query)?;
    let filter = IssueFilter {
        organization: params.organization()?,
        projects: projects(&params, &query),
        query: query.get("query").unwrap_or(DEFAULT_QUERY).to_owned(),
    };
    let message = ListIssuesRequest {
        filter: Some(filter),
        sort: query.get("sort").unwrap_or_default().to_owned(),
        cursor: query.get("cursor").unwrap_or_default().to_owned(),
        limit: size,
    };
    let page = context.services.issues().list_issues(request_as(&caller, message)).await.answer()?;
    let url = format!("{}{}", context.config.base_url(), uri.path());
    let links = links(&url, &query, &page);
    let documents = document::list(page.issues.iter().map(|issue| &issue.document_json));
    Ok((AppendHeaders(links), documents).into_response())
}

/// The pages before and behind, by position instead of number.
fn links(url: &str, query: &Query, page: &ListIssuesResponse) -> Option<(HeaderName, HeaderValue)> {
    let link = |relation: &str, cursor: &str| {
        let results = !cursor.is_empty();
        let cursor = if results { cursor } else { "0:0:0" };
        let query = query.with("cursor", cursor);
        format!("<{url}?{query}>; rel=\"{relation}\"; results=\"{results}\"; cursor=\"{cursor}\"")
    };
    let (previous, next) = (link("previous", &page.previous_cursor), link("next", &page.next_cursor));
    Some((header::LINK, HeaderValue::from_str(&format!("{previous}, {next}")).ok()?))
}
