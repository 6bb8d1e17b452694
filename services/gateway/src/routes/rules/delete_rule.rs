use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeleteRuleRequest;
use patchbay_rpc::request_as;

use super::ALERT_WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("delete_rule", "/api/0/projects/{organization}/{project}/rules/{rule}/", delete_rule)
        .does("Delete an alert rule")
        .by(one_of(ALERT_WRITERS).and_apps())
        .answers_nothing(202)
}

async fn delete_rule(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteRuleRequest {
        organization: params.organization()?,
        project: params.project()?,
        id: params.rule()?,
    };
    context.services.alerts().delete_rule(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}
