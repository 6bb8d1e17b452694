use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{GetEventRequest, GetIssueRequest};
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::html;
use crate::params::Params;

/// `GET /organizations/{organization}/issues/{issue}/`, where `web_url` of an issue leads.
pub(crate) async fn issue_page(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetIssueRequest { id: params.issue()?, organization: params.organization()? };
    let issue = gateway.services.issues().get_issue(request_as(&caller, message)).await.answer()?;
    let document: Value = serde_json::from_slice(&issue.document_json).unwrap_or_default();
    let facts = [
        ("Issue", issue.short_id.as_str()),
        ("Status", document["status"].as_str().unwrap_or_default()),
        ("Seen", document["count"].as_str().unwrap_or_default()),
        ("Where", document["culprit"].as_str().unwrap_or_default()),
        ("Last seen", document["lastSeen"].as_str().unwrap_or_default()),
    ];
    Ok(html::facts(StatusCode::OK, &issue.title, &facts))
}

/// `GET /organizations/{organization}/issues/{issue}/events/{event}/`, where `web_url` of an error leads.
pub(crate) async fn event_page(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetEventRequest {
        event_id: params.error()?,
        issue_id: params.issue()?,
        organization: params.organization()?,
        ..Default::default()
    };
    let event = gateway.services.issues().get_event(request_as(&caller, message)).await.answer()?;
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
