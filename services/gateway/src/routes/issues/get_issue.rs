use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetIssueRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    described(get("get_issue", "/api/0/issues/{issue}/", get_issue))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation.does("Read an issue").by(one_of(EVENT_READERS).and_apps()).answers_json(200)
}

pub(super) async fn get_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetIssueRequest { id: params.issue()?, organization: params.organization_or_any()? };
    let issue = gateway.services.issues().get_issue(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, issue.document_json))
}
