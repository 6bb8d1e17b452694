use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{
    CreateRuleRequest, DeleteRuleRequest, GetRuleRequest, ListRulesRequest, MayWriteRulesRequest, NewRule,
    UpdateRuleRequest,
};
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::alert_actions;
use crate::app_call::patience;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::fields::Fields;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::params::Params;

/// `GET /api/0/projects/{organization}/{project}/rules/`: oldest first.
pub(crate) async fn list_rules(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = ListRulesRequest { organization: params.organization()?, project: params.project()? };
    let answer = gateway.services.alerts().list_rules(request_as(&caller, message)).await.answer()?;
    Ok(document::list(answer.rules.iter().map(|rule| &rule.document_json)))
}

/// `POST /api/0/projects/{organization}/{project}/rules/`
pub(crate) async fn create_rule(
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

/// `GET /api/0/projects/{organization}/{project}/rules/{rule}/`
pub(crate) async fn get_rule(
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

/// `PUT /api/0/projects/{organization}/{project}/rules/{rule}/`: writes it anew.
pub(crate) async fn update_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let (organization, project, id) = (params.organization()?, params.project()?, params.rule()?);
    let may =
        MayWriteRulesRequest { organization: organization.clone(), project: project.clone(), rule_id: id };
    gateway.services.alerts().may_write_rules(request_as(&caller, may)).await.answer()?;
    let rule = Some(read(&gateway, &organization, fields).await?);
    let message = UpdateRuleRequest { organization, project, id, rule };
    let rule = gateway.services.alerts().update_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, rule.document_json))
}

/// `DELETE /api/0/projects/{organization}/{project}/rules/{rule}/`
pub(crate) async fn delete_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteRuleRequest {
        organization: params.organization()?,
        project: params.project()?,
        id: params.rule()?,
    };
    gateway.services.alerts().delete_rule(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}

async fn read(gateway: &Gateway, organization: &str, mut fields: Fields) -> Result<NewRule> {
    let json =
        |fields: &Fields, name| fields.raw(name).map(Value::to_string).unwrap_or_default().into_bytes();
    let frequency = match fields.raw("frequency") {
        None | Some(Value::Null) => Some(0),
        Some(Value::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    if frequency.is_none() {
        fields.problem("frequency", "A valid integer is required.");
    }
    let mut rule = NewRule {
        name: fields.required_text("name"),
        action_match: fields.text("actionMatch").unwrap_or_default(),
        filter_match: fields.text("filterMatch").unwrap_or_default(),
        frequency: frequency.unwrap_or_default(),
        conditions_json: json(&fields, "conditions"),
        filters_json: json(&fields, "filters"),
        actions: Vec::new(),
    };
    let actions = fields.raw("actions").cloned().unwrap_or_default();
    fields.finish()?;
    rule.actions = alert_actions::read(gateway, organization, &actions, patience(gateway)).await?;
    Ok(rule)
}
