use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::issue_sync::ListLinksRequest;
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::api::scopes::EVENT_READERS;
use crate::context::Context;
use crate::json::issue_integration::IssueIntegrationJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(get("list_issue_integrations", "/api/0/issues/{issue}/integrations/", list_issue_integrations))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("List the integrations whose tickets can be linked to an issue, with those that are")
        .by(one_of(EVENT_READERS).and_apps())
        .paged()
        .lists::<IssueIntegrationJson>()
}

/// By name.
pub(super) async fn list_issue_integrations(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message = ListLinksRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        offset: paging.offset(),
        limit: paging.size(),
    };
    let listed = context.services.links().list_links(request_as(&caller, message)).await.answer()?;
    Ok(paging.list(listed.has_more, listed.integrations.into_iter().map(IssueIntegrationJson::from)))
}
