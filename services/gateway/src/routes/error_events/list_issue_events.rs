use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::tracker::ListEventsRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::document;

pub(super) fn operation() -> Operation {
    described(get("list_issue_events", "/api/0/issues/{issue}/events/", list_issue_events))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation.does("List errors").by(one_of(EVENT_READERS).and_apps()).paged().answers_json(200)
}

/// Newest first.
pub(super) async fn list_issue_events(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let project = params.project().unwrap_or_default();
    let message = ListEventsRequest {
        issue_id: if project.is_empty() { params.issue()? } else { 0 },
        organization: params.organization_or_any()?,
        project,
        offset: paging.offset(),
        limit: paging.size(),
    };
    let answer = context.services.issues().list_events(request_as(&caller, message)).await.answer()?;
    let count = i32::try_from(answer.events.len()).unwrap_or(i32::MAX);
    let events = document::list(answer.events.iter().map(|event| &event.detail_json));
    Ok(paging.cut_page(count, answer.has_more, events))
}
