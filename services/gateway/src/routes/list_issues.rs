use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_proto::tracker::{IssueFilter, ListIssuesRequest, ListIssuesResponse};
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

/// What is listed where nobody says what to look for.
const DEFAULT_QUERY: &str = "is:unresolved";

/// `GET /api/0/organizations/{organization}/issues/` and `GET /api/0/projects/{organization}/{project}/issues/`
pub(crate) async fn list_issues(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let size = Page::size_of(&query)?;
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
    let page = gateway.services.issues().list_issues(request_as(&caller, message)).await.answer()?;
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    let links = links(&url, &query, &page);
    let documents = document::list(page.issues.iter().map(|issue| &issue.document_json));
    Ok((AppendHeaders(links), documents).into_response())
}

/// The project of the path, or those of the query; none are all.
pub(super) fn projects(params: &Params, query: &Query) -> Vec<String> {
    match params.project() {
        Ok(project) => vec![project],
        // -1 is every project the caller may see.
        Err(_) => query.get_all("project").into_iter().filter(|project| project != "-1").collect(),
    }
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
