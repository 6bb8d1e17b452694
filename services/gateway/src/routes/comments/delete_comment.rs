use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeleteCommentRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(delete("delete_comment", "/api/0/issues/{issue}/comments/{comment}/", delete_comment))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation.does("Delete one's own comment").by(one_of(EVENT_READERS).and_apps()).answers_nothing(204)
}

pub(super) async fn delete_comment(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let message = DeleteCommentRequest { issue_id, organization, comment_id: params.comment()? };
    context.services.issues().delete_comment(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
