use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::ListPublicationRequestsRequest;
use patchbay_rpc::request_as;

use crate::api::access::SUPERUSERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::context::Context;
use crate::json::publication_request::PublicationRequestJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_publication_requests", "/api/0/publish-requests/", list_publication_requests)
        .does("List the apps that wait for a reviewer")
        .by(SUPERUSERS.and_staff())
        .paged()
        .lists::<PublicationRequestJson>()
}

/// Oldest first. Sentry has no such operation.
async fn list_publication_requests(
    State(context): State<Context>,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message = ListPublicationRequestsRequest { offset: paging.offset(), limit: paging.size() };
    let request = request_as(&caller, message);
    let answer = context.services.publishing().list_publication_requests(request).await.answer()?;
    Ok(paging.cut_list(answer.has_more, answer.requests.into_iter().map(PublicationRequestJson::from)))
}
