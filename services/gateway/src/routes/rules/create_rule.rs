use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{CreateRuleRequest, MayWriteRulesRequest};
use patchbay_rpc::request_as;

use super::new_rule::read;
use super::{ALERT_WRITERS, RULE};
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post("create_rule", "/api/0/projects/{organization}/{project}/rules/", create_rule)
        .does("Make an alert rule; apps are asked whether they agree with its settings")
        .by(one_of(ALERT_WRITERS).and_apps())
        .takes(RULE)
        .answers_json(201)
}

async fn create_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let (organization, project) = (params.organization()?, params.project()?);
    // Whoever may not write rules makes no app answer.
    let may = MayWriteRulesRequest {
        organization: organization.clone(),
        project: project.clone(),
        ..Default::default()
    };
    gateway.services.alerts().may_write_rules(request_as(&caller, may)).await.answer()?;
    let rule = Some(read(&gateway, &organization, fields).await?);
    let message = CreateRuleRequest { organization, project, rule };
    let rule = gateway.services.alerts().create_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::CREATED, rule.document_json))
}
