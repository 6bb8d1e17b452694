use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::UnlinkExternalIssueRequest;
use patchbay_rpc::request_as;

use super::EVENT_DELETERS;
use super::installation::installation;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete(
        "delete_external_issue",
        "/api/0/sentry-app-installations/{installation}/external-issues/{external_issue}/",
        delete_external_issue,
    )
    .does("Take a link away")
    .by(one_of(EVENT_DELETERS).and_the_app_with_scopes())
    .answers_nothing(204)
}

async fn delete_external_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let installation = installation(&context, &caller, params.installation()?).await?;
    let message = UnlinkExternalIssueRequest {
        id: params.external_issue()?,
        organization_id: installation.organization_id,
        app_id: installation.app_id,
    };
    context.services.issues().unlink_external_issue(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
