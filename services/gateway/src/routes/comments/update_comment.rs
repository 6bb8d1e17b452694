use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::UpdateCommentRequest;
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
use crate::operation::{Operation, put};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    described(put("update_comment", "/api/0/issues/{issue}/comments/{comment}/", update_comment))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Change one's own comment")
        .by(one_of(EVENT_READERS).and_apps())
        .takes(&[required("text", Kind::Text)])
        .answers_json(200)
}

pub(super) async fn update_comment(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Response> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let text = fields.required_text("text");
    fields.finish()?;
    let message = UpdateCommentRequest { issue_id, organization, comment_id: params.comment()?, text };
    let comment = gateway.services.issues().update_comment(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, comment.document_json))
}
