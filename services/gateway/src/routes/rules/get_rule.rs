use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetRuleRequest;
use patchbay_rpc::request_as;

use super::ALERT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_rule", "/api/0/projects/{organization}/{project}/rules/{rule}/", get_rule)
        .does("Read an alert rule")
        .by(one_of(ALERT_READERS).and_apps())
        .answers_json(200)
}

async fn get_rule(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetRuleRequest {
        organization: params.organization()?,
        project: params.project()?,
        id: params.rule()?,
    };
    let rule = context.services.alerts().get_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, rule.document_json))
}
