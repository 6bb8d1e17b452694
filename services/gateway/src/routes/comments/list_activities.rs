use axum::extract::State;
use axum::http::StatusCode;
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
    described(get("list_activities", "/api/0/issues/{issue}/activities/", list_activities))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("List the activity record of an issue")
        .by(one_of(EVENT_READERS).and_apps())
        .paged()
        .answers_json(200)
}

/// Newest first.
pub(super) async fn list_activities(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let answer = list(&context, &caller, &params, &paging, false).await?;
    let documents: Vec<_> = answer.activities.into_iter().map(|entry| entry.document_json).collect();
    let json = [br#"{"activity":["#, documents.join(&b',').as_slice(), b"]}"].concat();
    Ok(paging.page(answer.has_more, document::one(StatusCode::OK, json)))
}
