use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{MayWriteRulesRequest, UpdateRuleRequest};
use patchbay_rpc::request_as;

use super::ALERT_WRITERS;
use super::new_rule::{RuleBody, read};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    put("update_rule", "/api/0/projects/{organization}/{project}/rules/{rule}/", update_rule)
        .does("Replace an alert rule")
        .by(one_of(ALERT_WRITERS).and_apps())
        .takes::<RuleBody>()
        .answers_json(200)
}

/// Replaces the whole rule.
async fn update_rule(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let (organization, project, id) = (params.organization()?, params.project()?, params.rule()?);
    let may =
        MayWriteRulesRequest { organization: organization.clone(), project: project.clone(), rule_id: id };
    context.services.alerts().may_write_rules(request_as(&caller, may)).await.answer()?;
    let rule = Some(read(&context, &organization, fields).await?);
    let message = UpdateRuleRequest { organization, project, id, rule };
    let rule = context.services.alerts().update_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, rule.document_json))
}
