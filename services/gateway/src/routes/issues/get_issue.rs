use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetIssueRequest;
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
    described(get("get_issue", "/api/0/issues/{issue}/", get_issue))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation.does("Read an issue").by(one_of(EVENT_READERS).and_apps()).answers_json(200)
}

pub(super) async fn get_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message =
        GetIssueRequest { id: params.issue()?, organization: params.organization_or_any()?, to_link: false };
    let issue = context.services.issues().get_issue(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, issue.document_json))
}
