use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{IssueFilter, IssueIds, UpdateIssuesRequest};
use patchbay_rpc::request_as;
use serde_json::{Map, Value};

use super::{list_issues, update_issue};
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;
use crate::query::Query;

/// What the answer repeats of the issues.
const CHANGED: [&str; 4] = ["status", "statusDetails", "assignedTo", "isSubscribed"];

/// `PUT /api/0/organizations/{organization}/issues/?id=…&id=…`, also below a project: changes those named or, with
/// `query`, those that match. 204 when nothing does.
pub(crate) async fn update_issues(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Response> {
    let names: Vec<&str> = CHANGED.into_iter().filter(|name| fields.has(name)).collect();
    let issues = match chosen(&params, &query)? {
        Chosen::Ids(ids) => Which::Ids(ids),
        Chosen::Filter(filter) => Which::Filter(filter),
    };
    let message = UpdateIssuesRequest { issues: Some(issues), ..update_issue::read(fields)? };
    let answer = gateway.services.issues().update_issues(request_as(&caller, message)).await.answer()?;
    let Some(first) = answer.issues.first() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let issue: Value = serde_json::from_slice(&first.document_json)
        .map_err(|_| Error::internal("NO_ISSUE", "Internal error."))?;
    let changed: Map<String, Value> =
        names.into_iter().map(|name| (name.to_owned(), issue[name].clone())).collect();
    Ok(Json(changed).into_response())
}

/// Which issues of a list are meant.
pub(super) enum Chosen {
    Ids(IssueIds),
    Filter(IssueFilter),
}

/// # Errors
/// When neither ids nor a query say which, or both do. What is left out never means every issue.
pub(super) fn chosen(params: &Params, query: &Query) -> Result<Chosen> {
    let (organization, projects) = (params.organization()?, list_issues::projects(params, query));
    match (query.get_all("id"), query.get("query")) {
        (ids, None) if !ids.is_empty() => {
            let ids: Result<Vec<i64>, _> = ids.iter().map(|id| id.parse()).collect();
            let ids = ids.map_err(|_| Error::field("id", "A valid integer is required."))?;
            Ok(Chosen::Ids(IssueIds { ids, organization, projects }))
        }
        (ids, Some(query)) if ids.is_empty() && !query.trim().is_empty() => {
            Ok(Chosen::Filter(IssueFilter { organization, projects, query: query.to_owned() }))
        }
        (ids, Some(_)) if !ids.is_empty() => {
            Err(invalid("Name issues by \"id\" or by \"query\", not by both.").into())
        }
        _ => Err(invalid("Name issues by \"id\" or say in \"query\" which ones are meant.").into()),
    }
}

fn invalid(message: &str) -> Error {
    Error::invalid("INVALID_SEARCH", message)
}
