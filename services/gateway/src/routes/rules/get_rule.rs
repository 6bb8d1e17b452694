use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetRuleRequest;
use patchbay_rpc::request_as;

use super::ALERT_READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_rule", "/api/0/projects/{organization}/{project}/rules/{rule}/", get_rule)
        .does("Read an alert rule")
        .by(one_of(ALERT_READERS).and_apps())
        .answers_json(200)
}

async fn get_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetRuleRequest {
        organization: params.organization()?,
        project: params.project()?,
        id: params.rule()?,
    };
    let rule = gateway.services.alerts().get_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, rule.document_json))
}
