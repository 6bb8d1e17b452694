use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::EVENT_READERS;
use super::activity_page::list;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Page;
use crate::api::params::Params;
use crate::api::query::Query;
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

/// Everything that happened, newest first.
pub(super) async fn list_activities(
    State(context): State<Context>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let answer = list(&context, &caller, &params, page, false).await?;
    let url = format!("{}{}", context.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, &query, answer.has_more));
    let documents: Vec<_> = answer.activities.into_iter().map(|entry| entry.document_json).collect();
    let json = [br#"{"activity":["#, documents.join(&b',').as_slice(), b"]}"].concat();
    Ok((link, document::one(StatusCode::OK, json)).into_response())
}
