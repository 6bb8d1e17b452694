use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::delete_issues_request::Issues as Which;
use patchbay_proto::tracker::{DeleteIssuesRequest, IssueIds};
use patchbay_rpc::request_as;

use super::EVENT_DELETERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(delete("delete_issue", "/api/0/issues/{issue}/", delete_issue))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation.does("Delete an issue").by(one_of(EVENT_DELETERS).and_apps()).answers_nothing(202)
}

/// The errors and comments of the issue are deleted in the background.
pub(super) async fn delete_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let organization = params.organization_or_any()?;
    let ids = IssueIds { ids: vec![params.issue()?], organization, ..Default::default() };
    let message = DeleteIssuesRequest { issues: Some(Which::Ids(ids)) };
    context.services.issues().delete_issues(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}
