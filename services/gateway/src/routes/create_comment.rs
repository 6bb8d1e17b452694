use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::CreateCommentRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::params::Params;

/// `POST /api/0/issues/{issue}/comments/`, also below an organization.
pub(crate) async fn create_comment(
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
