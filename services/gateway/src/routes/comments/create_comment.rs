use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::CreateCommentRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::field::{Kind, required};
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    described(post("create_comment", "/api/0/issues/{issue}/comments/", create_comment))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Comment on an issue")
        .by(one_of(EVENT_READERS).and_apps())
        .takes(&[required("text", Kind::Text)])
        .answers_json(201)
}

pub(super) async fn create_comment(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Response> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let text = fields.required_text("text");
    fields.finish()?;
    let message = CreateCommentRequest { issue_id, organization, text };
    let comment = gateway.services.issues().create_comment(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::CREATED, comment.document_json))
}
