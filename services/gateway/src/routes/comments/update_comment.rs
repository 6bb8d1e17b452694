use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::UpdateCommentRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use super::comment_body::CommentBody;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::RequestBody;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(put("update_comment", "/api/0/issues/{issue}/comments/{comment}/", update_comment))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Change one's own comment")
        .by(one_of(EVENT_READERS).and_apps())
        .takes::<CommentBody>()
        .answers_json(200)
}

pub(super) async fn update_comment(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let CommentBody { text } = CommentBody::read(fields)?;
    let message = UpdateCommentRequest { issue_id, organization, comment_id: params.comment()?, text };
    let comment = context.services.issues().update_comment(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, comment.document_json))
}
