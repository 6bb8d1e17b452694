use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use patchbay_proto::tracker::UpdateIssuesRequest;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_rpc::request_as;
use serde_json::{Map, Value};

use super::change::{IssueChange, read};
use super::selection::{Chosen, chosen};
use super::{CHOICE, EVENT_WRITERS};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::RequestBody;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(put("update_issues", "/api/0/organizations/{organization}/issues/", update_issues))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Change the issues that `id` names or `query` finds; one of the two is needed")
        .by(one_of(EVENT_WRITERS).and_apps())
        .asks(CHOICE)
        .takes::<IssueChange>()
        .answers_json(200)
        .answers_nothing(204)
}

/// Changes the issues with these ids or, with `query`, those that match. 204 when none matches.
pub(super) async fn update_issues(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    // The answer repeats the values that were changed.
    let names: Vec<&str> =
        IssueChange::FIELDS.iter().map(|field| field.name).filter(|name| fields.has(name)).collect();
    let issues = match chosen(&params, &query)? {
        Chosen::Ids(ids) => Which::Ids(ids),
        Chosen::Filter(filter) => Which::Filter(filter),
    };
    let message = UpdateIssuesRequest { issues: Some(issues), ..read(fields)? };
    let answer = context.services.issues().update_issues(request_as(&caller, message)).await.answer()?;
    let Some(first) = answer.issues.first() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let issue: Value = serde_json::from_slice(&first.document_json)
        .map_err(|_| Error::internal("NO_ISSUE", "Internal error."))?;
    let changed: Map<String, Value> =
        names.into_iter().map(|name| (name.to_owned(), issue[name].clone())).collect();
    Ok(Json(changed).into_response())
}
