use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeleteMetricRuleRequest;
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
    delete(
        "delete_metric_rule",
        "/api/0/organizations/{organization}/alert-rules/{rule}/",
        delete_metric_rule,
    )
    .does("Delete a rule over numbers of errors")
    .by(one_of(ALERT_WRITERS).and_apps())
    .answers_nothing(204)
}

async fn delete_metric_rule(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteMetricRuleRequest { organization: params.organization()?, id: params.rule()? };
    context.services.alerts().delete_metric_rule(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
