use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::ListExternalIssuesRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::external_issue::ExternalIssueJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(get(
        "list_external_issues",
        "/api/0/organizations/{organization}/issues/{issue}/external-issues/",
        list_external_issues,
    ))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("List the links of an issue to those in apps' services")
        .by(one_of(EVENT_READERS).and_apps())
        .lists::<ExternalIssueJson>()
}

pub(super) async fn list_external_issues(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<ExternalIssueJson>>> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let message = ListExternalIssuesRequest { issue_id, organization };
    let answer =
        context.services.issues().list_external_issues(request_as(&caller, message)).await.answer()?;
    Ok(Json(answer.external_issues.into_iter().map(Into::into).collect()))
}
