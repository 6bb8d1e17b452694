use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_proto::tracker::ListMetricRulesRequest;
use patchbay_rpc::request_as;

use super::ALERT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Page;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::document;

pub(super) fn operation() -> Operation {
    get("list_metric_rules", "/api/0/organizations/{organization}/alert-rules/", list_metric_rules)
        .does("List the rules over numbers of errors")
        .by(one_of(ALERT_READERS).and_apps())
        .paged()
        .answers_json(200)
}

/// Oldest first.
async fn list_metric_rules(
    State(context): State<Context>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let organization = params.organization()?;
    let message = ListMetricRulesRequest { organization, offset: page.offset(), limit: page.size() };
    let answer = context.services.alerts().list_metric_rules(request_as(&caller, message)).await.answer()?;
    let url = format!("{}{}", context.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, &query, answer.has_more));
    Ok((link, document::list(answer.rules.iter().map(|rule| &rule.document_json))).into_response())
}
