use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_domain::Caller;
use patchbay_proto::tracker::{ListActivityRequest, ListActivityResponse};
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

/// `GET /api/0/issues/{issue}/comments/`, also below an organization: newest first.
pub(crate) async fn list_comments(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let answer = list(&gateway, &caller, &params, page, true).await?;
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, &query, answer.has_more));
    let documents = document::list(answer.activities.iter().map(|entry| &entry.document_json));
    Ok((link, documents).into_response())
}

/// `GET /api/0/issues/{issue}/activities/`, also below an organization: everything that happened, newest first.
pub(crate) async fn list_activities(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let answer = list(&gateway, &caller, &params, page, false).await?;
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, &query, answer.has_more));
    let documents: Vec<_> = answer.activities.into_iter().map(|entry| entry.document_json).collect();
    let json = [br#"{"activity":["#, documents.join(&b',').as_slice(), b"]}"].concat();
    Ok((link, document::one(StatusCode::OK, json)).into_response())
}

async fn list(
    gateway: &Gateway,
    caller: &Caller,
    params: &Params,
    page: Page,
    comments_only: bool,
) -> Result<ListActivityResponse> {
    let message = ListActivityRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        comments_only,
        offset: page.offset(),
        limit: page.size(),
    };
    Ok(gateway.services.issues().list_activity(request_as(caller, message)).await.answer()?)
}
