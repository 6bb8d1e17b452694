use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse};
use patchbay_proto::installation::ListPublicationRequestsRequest;
use patchbay_rpc::request_as;

use crate::api::access::SUPERUSERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Page;
use crate::api::query::Query;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::publication_request::PublicationRequestJson;

pub(super) fn operation() -> Operation {
    get("list_publication_requests", "/api/0/publish-requests/", list_publication_requests)
        .does("List the apps that wait for a reviewer")
        .by(SUPERUSERS.and_staff())
        .paged()
        .lists::<PublicationRequestJson>()
}

/// What waits for a reviewer, oldest first. Not one of Sentry's.
async fn list_publication_requests(
    State(context): State<Context>,
    uri: Uri,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    let page = Page::read(&query)?;
    let message = ListPublicationRequestsRequest { offset: page.offset(), limit: page.size() };
    let request = request_as(&caller, message);
    let answer = context.services.publishing().list_publication_requests(request).await.answer()?;
    let requests: Vec<PublicationRequestJson> = answer.requests.into_iter().map(Into::into).collect();
    let url = format!("{}{}", context.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, answer.has_more)), Json(requests)))
}
