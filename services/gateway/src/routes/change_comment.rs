use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{DeleteCommentRequest, UpdateCommentRequest};
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::params::Params;

/// `PUT /api/0/issues/{issue}/comments/{comment}/`, also below an organization.
pub(crate) async fn update_comment(
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

/// `DELETE /api/0/issues/{issue}/comments/{comment}/`, also below an organization.
pub(crate) async fn delete_comment(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let message = DeleteCommentRequest { issue_id, organization, comment_id: params.comment()? };
    gateway.services.issues().delete_comment(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
