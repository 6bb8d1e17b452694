use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_proto::tracker::{
    CreateMetricRuleRequest, DeleteMetricRuleRequest, GetMetricRuleRequest, ListMetricRulesRequest,
    MayWriteRulesRequest, MetricTrigger,
};
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::alert_actions;
use crate::app_call::patience;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

const MAX_TRIGGERS: usize = 3;

/// `GET /api/0/organizations/{organization}/alert-rules/`: oldest first.
pub(crate) async fn list_metric_rules(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let organization = params.organization()?;
    let message = ListMetricRulesRequest { organization, offset: page.offset(), limit: page.size() };
    let answer = gateway.services.alerts().list_metric_rules(request_as(&caller, message)).await.answer()?;
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, &query, answer.has_more));
    Ok((link, document::list(answer.rules.iter().map(|rule| &rule.document_json))).into_response())
}

/// `POST /api/0/organizations/{organization}/alert-rules/`
pub(crate) async fn create_metric_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Response> {
    let organization = params.organization()?;
    let projects = fields.texts("projects");
    // As with rules over errors: no app is asked for somebody who may not write them.
    let may = MayWriteRulesRequest {
        organization: organization.clone(),
        project: projects.first().cloned().unwrap_or_default(),
        ..Default::default()
    };
    gateway.services.alerts().may_write_rules(request_as(&caller, may)).await.answer()?;
    if projects.len() != 1 {
        fields.problem("projects", "This field needs exactly one project.");
    }
    let integer = |value: &Value| value.as_i64().or_else(|| value.as_f64().map(|number| number as i64));
    let time_window =
        fields.raw("timeWindow").and_then(integer).and_then(|minutes| i32::try_from(minutes).ok());
    let resolve_threshold = fields.raw("resolveThreshold").and_then(integer);
    let name = fields.required_text("name");
    let given = match fields.raw("triggers").cloned() {
        Some(Value::Array(triggers)) if triggers.len() <= MAX_TRIGGERS => triggers,
        _ => {
            fields.problem("triggers", "Must be a list of at most 3 triggers.");
            Vec::new()
        }
    };
    fields.finish()?;
    let deadline = patience(&gateway);
    let mut triggers = Vec::with_capacity(given.len());
    for trigger in given {
        triggers.push(MetricTrigger {
            label: trigger["label"].as_str().unwrap_or_default().to_owned(),
            alert_threshold: integer(&trigger["alertThreshold"]).unwrap_or(-1),
            actions: alert_actions::read(&gateway, &organization, &trigger["actions"], deadline).await?,
        });
    }
    let message = CreateMetricRuleRequest {
        organization,
        project: projects.into_iter().next().unwrap_or_default(),
        name,
        time_window: time_window.unwrap_or_default(),
        triggers,
        resolve_threshold,
    };
    let rule = gateway.services.alerts().create_metric_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::CREATED, rule.document_json))
}

/// `GET /api/0/organizations/{organization}/alert-rules/{rule}/`
pub(crate) async fn get_metric_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetMetricRuleRequest { organization: params.organization()?, id: params.rule()? };
    let rule = gateway.services.alerts().get_metric_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, rule.document_json))
}

/// `DELETE /api/0/organizations/{organization}/alert-rules/{rule}/`
pub(crate) async fn delete_metric_rule(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteMetricRuleRequest { organization: params.organization()?, id: params.rule()? };
    gateway.services.alerts().delete_metric_rule(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
