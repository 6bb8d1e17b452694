use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_domain::Error;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{IssueIds, UpdateIssuesRequest};
use patchbay_rpc::request_as;

use super::change::read;
use super::{CHANGE, EVENT_WRITERS};
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::operation::{Operation, put};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    described(put("update_issue", "/api/0/issues/{issue}/", update_issue))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation.does("Change an issue").by(one_of(EVENT_WRITERS).and_apps()).takes(CHANGE).answers_json(200)
}

pub(super) async fn update_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let organization = params.organization_or_any()?;
    let ids = IssueIds { ids: vec![params.issue()?], organization, ..Default::default() };
    let message = UpdateIssuesRequest { issues: Some(Which::Ids(ids)), ..read(fields)? };
    let answer = gateway.services.issues().update_issues(request_as(&caller, message)).await.answer()?;
    let issue =
        answer.issues.into_iter().next().ok_or_else(|| Error::internal("NO_ISSUE", "Internal error."))?;
    Ok(document::one(StatusCode::OK, issue.document_json))
}
