use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::issue_sync::LinkIssueRequest;
use patchbay_rpc::request_as;

use super::refusal::empty_if_unknown;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::scopes::EVENT_WRITERS;
use crate::context::Context;
use crate::json::issue_integration::LinkedTicketJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(put("link_ticket", "/api/0/issues/{issue}/integrations/{integration}/", link_ticket))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Link a ticket that exists to an issue")
        .by(one_of(EVENT_WRITERS).and_apps())
        .takes_anything("The fields of the form with `action=link`, `externalIssue` among them.")
        .answers::<LinkedTicketJson>(201)
        .answers::<LinkedTicketJson>(200)
        .refuses(409)
}

/// 200 if it was linked before.
pub(super) async fn link_ticket(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<LinkedTicketJson>)> {
    let message = LinkIssueRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        integration: params.named_integration(),
        fields_json: fields.into_json(),
    };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    let ticket = context.services.links().link_issue(request).await.answer().map_err(empty_if_unknown)?;
    let status = if ticket.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ticket.into())))
}
