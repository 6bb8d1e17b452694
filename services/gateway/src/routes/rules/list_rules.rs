use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::tracker::ListRulesRequest;
use patchbay_rpc::request_as;

use super::ALERT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_rules", "/api/0/projects/{organization}/{project}/rules/", list_rules)
        .does("List the alert rules of a project")
        .by(one_of(ALERT_READERS).and_apps())
        .paged()
        .answers_json(200)
}

/// Oldest first.
async fn list_rules(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message = ListRulesRequest {
        organization: params.organization()?,
        project: params.project()?,
        offset: paging.offset(),
        limit: paging.size(),
    };
    let answer = context.services.alerts().list_rules(request_as(&caller, message)).await.answer()?;
    let rules = document::list(answer.rules.iter().map(|rule| &rule.document_json));
    Ok(paging.cut_page(answer.has_more, answer.rules.len(), rules))
}
