use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::CreateCommentRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use super::comment_body::CommentBody;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::RequestBody;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(post("create_comment", "/api/0/issues/{issue}/comments/", create_comment))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Comment on an issue")
        .by(one_of(EVENT_READERS).and_apps())
        .takes::<CommentBody>()
        .answers_json(201)
}

pub(super) async fn create_comment(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let CommentBody { text } = CommentBody::read(fields)?;
    let message = CreateCommentRequest { issue_id, organization, text };
    let comment = context.services.issues().create_comment(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::CREATED, comment.document_json))
}
