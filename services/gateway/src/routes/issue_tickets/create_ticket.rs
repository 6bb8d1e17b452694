use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use patchbay_proto::issue_sync::CreateIssueRequest;
use patchbay_rpc::request_as;

use super::refusal::empty_if_unknown;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::scopes::EVENT_WRITERS;
use crate::context::Context;
use crate::json::issue_integration::LinkedTicketJson;
use patchbay_edge::answer::Answer;

/// A repeated request with the same value makes no second ticket.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

pub(super) fn operation() -> Operation {
    described(post("create_ticket", "/api/0/issues/{issue}/integrations/{integration}/", create_ticket))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Create a ticket for an issue, and link it")
        .by(one_of(EVENT_WRITERS).and_apps())
        .takes_anything("The fields of the form with `action=create`.")
        .answers::<LinkedTicketJson>(201)
        .refuses(409)
}

pub(super) async fn create_ticket(
    State(context): State<Context>,
    params: Params,
    headers: HeaderMap,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<LinkedTicketJson>)> {
    let idempotency_key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok());
    let message = CreateIssueRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        integration: params.named_integration(),
        fields_json: fields.into_json(),
        idempotency_key: idempotency_key.unwrap_or_default().to_owned(),
    };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    let ticket = context.services.links().create_issue(request).await.answer().map_err(empty_if_unknown)?;
    Ok((StatusCode::CREATED, Json(ticket.into())))
}
