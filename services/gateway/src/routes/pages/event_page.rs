use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetEventRequest;
use patchbay_rpc::request_as;
use serde_json::Value;

use super::EVENT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::pages::html;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("event_page", "/organizations/{organization}/issues/{issue}/events/{event}/", event_page)
        .does("Look at an error")
        .by(one_of(EVENT_READERS).and_apps())
        .answers_as(200, "text/html")
}

/// Where `web_url` of an error leads.
async fn event_page(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetEventRequest {
        event_id: params.error()?,
        issue_id: params.issue()?,
        organization: params.organization()?,
        ..Default::default()
    };
    let event = context.services.issues().get_event(request_as(&caller, message)).await.answer()?;
    let detail: Value = serde_json::from_slice(&event.detail_json).unwrap_or_default();
    let text = |key: &str| detail[key].as_str().unwrap_or_default();
    let facts = [
        ("Event", text("eventID")),
        ("Where", text("culprit")),
        ("When", text("dateCreated")),
        ("Platform", text("platform")),
    ];
    Ok(html::facts(StatusCode::OK, text("title"), &facts))
}
