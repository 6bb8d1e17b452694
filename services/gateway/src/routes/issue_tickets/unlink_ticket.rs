use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::issue_sync::UnlinkRequest;
use patchbay_rpc::request_as;

use super::refusal::empty_if_unknown;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::EmptyBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, required};
use crate::api::scopes::EVENT_WRITERS;
use crate::context::Context;
use patchbay_edge::answer::Answer;

const ASKED: &[Field] = &[required("externalIssue", Kind::Text)];

pub(super) fn operation() -> Operation {
    described(delete("unlink_ticket", "/api/0/issues/{issue}/integrations/{integration}/", unlink_ticket))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("End a link from an issue to a ticket")
        .by(one_of(EVENT_WRITERS).and_apps())
        .asks(ASKED)
        .answers_nothing(204)
}

/// `externalIssue` is the id of the link. The ticket stays.
pub(super) async fn unlink_ticket(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    query: Query,
    _: EmptyBody,
) -> Result<StatusCode> {
    let message = UnlinkRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        integration: params.named_integration(),
        external_issue: query.get("externalIssue").unwrap_or_default().to_owned(),
    };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    context.services.links().unlink(request).await.answer().map_err(empty_if_unknown)?;
    Ok(StatusCode::NO_CONTENT)
}
