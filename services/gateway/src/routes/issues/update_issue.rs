use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_domain::Error;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{IssueIds, UpdateIssuesRequest};
use patchbay_rpc::request_as;

use super::EVENT_WRITERS;
use super::change::{IssueChange, read};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(put("update_issue", "/api/0/issues/{issue}/", update_issue))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Change an issue")
        .by(one_of(EVENT_WRITERS).and_apps())
        .takes::<IssueChange>()
        .answers_json(200)
}

pub(super) async fn update_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let organization = params.organization_or_any()?;
    let ids = IssueIds { ids: vec![params.issue()?], organization, ..Default::default() };
    let message = UpdateIssuesRequest { issues: Some(Which::Ids(ids)), ..read(fields)? };
    let answer = context.services.issues().update_issues(request_as(&caller, message)).await.answer()?;
    let issue =
        answer.issues.into_iter().next().ok_or_else(|| Error::internal("NO_ISSUE", "Internal error."))?;
    Ok(document::one(StatusCode::OK, issue.document_json))
}
