use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetIssueRequest;
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
    get("issue_page", "/organizations/{organization}/issues/{issue}/", issue_page)
        .does("Look at an issue")
        .by(one_of(EVENT_READERS).and_apps())
        .answers_as(200, "text/html")
}

/// Where `web_url` of an issue leads.
async fn issue_page(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message =
        GetIssueRequest { id: params.issue()?, organization: params.organization()?, to_link: false };
    let issue = context.services.issues().get_issue(request_as(&caller, message)).await.answer()?;
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
