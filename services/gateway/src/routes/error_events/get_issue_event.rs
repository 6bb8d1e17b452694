use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetEventRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(get("get_issue_event", "/api/0/issues/{issue}/events/{event}/", get_issue_event))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Read an error of an issue, or its latest or oldest")
        .by(one_of(EVENT_READERS).and_apps())
        .answers_json(200)
}

/// `latest` and `oldest` stand for an error of the issue.
pub(super) async fn get_issue_event(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetEventRequest {
        event_id: params.error()?,
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        ..Default::default()
    };
    let event = context.services.issues().get_event(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, event.detail_json))
}
