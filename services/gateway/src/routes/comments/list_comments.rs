use axum::extract::State;
use axum::response::IntoResponse;

use super::EVENT_READERS;
use super::activity_page::list;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;

pub(super) fn operation() -> Operation {
    described(get("list_comments", "/api/0/issues/{issue}/comments/", list_comments))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("List the comments of an issue")
        .by(one_of(EVENT_READERS).and_apps())
        .paged()
        .answers_json(200)
}

/// Newest first.
pub(super) async fn list_comments(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let answer = list(&context, &caller, &params, &paging, true).await?;
    let documents = document::list(answer.activities.iter().map(|entry| &entry.document_json));
    Ok(paging.page(answer.has_more, documents))
}
