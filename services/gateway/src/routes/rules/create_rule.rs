use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{CreateRuleRequest, MayWriteRulesRequest};
use patchbay_rpc::request_as;

use super::ALERT_WRITERS;
use super::new_rule::{RuleBody, read};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post("create_rule", "/api/0/projects/{organization}/{project}/rules/", create_rule)
        .does("Make an alert rule; apps are asked whether they agree with its settings")
        .by(one_of(ALERT_WRITERS).and_apps())
        .takes::<RuleBody>()
        .answers_json(201)
}

async fn create_rule(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let (organization, project) = (params.organization()?, params.project()?);
    // Callers who may not write rules must not cause requests to apps.
    let may = MayWriteRulesRequest {
        organization: organization.clone(),
        project: project.clone(),
        ..Default::default()
    };
    context.services.alerts().may_write_rules(request_as(&caller, may)).await.answer()?;
    let rule = Some(read(&context, &organization, fields).await?);
    let message = CreateRuleRequest { organization, project, rule };
    let rule = context.services.alerts().create_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::CREATED, rule.document_json))
}
