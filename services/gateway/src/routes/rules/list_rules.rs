use axum::extract::State;
use axum::response::Response;
use patchbay_proto::tracker::ListRulesRequest;
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
    get("list_rules", "/api/0/projects/{organization}/{project}/rules/", list_rules)
        .does("List the alert rules of a project")
        .by(one_of(ALERT_READERS).and_apps())
        .answers_json(200)
}

/// Oldest first.
async fn list_rules(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = ListRulesRequest { organization: params.organization()?, project: params.project()? };
    let answer = gateway.services.alerts().list_rules(request_as(&caller, message)).await.answer()?;
    Ok(document::list(answer.rules.iter().map(|rule| &rule.document_json)))
}
