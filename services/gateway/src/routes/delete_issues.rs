use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::delete_issues_request::Issues as Which;
use patchbay_proto::tracker::{DeleteIssuesRequest, IssueIds};
use patchbay_rpc::request_as;

use super::update_issues::{Chosen, chosen};
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;
use crate::query::Query;

/// `DELETE /api/0/organizations/{organization}/issues/?id=…`, also below a project.
pub(crate) async fn delete_issues(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let issues = match chosen(&params, &query)? {
        Chosen::Ids(ids) => Which::Ids(ids),
        Chosen::Filter(filter) => Which::Filter(filter),
    };
    let message = DeleteIssuesRequest { issues: Some(issues) };
    gateway.services.issues().delete_issues(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/0/issues/{issue}/` and `DELETE /api/0/organizations/{organization}/issues/{issue}/`: what belongs to it goes
/// in the background.
pub(crate) async fn delete_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let organization = params.organization_or_any()?;
    let ids = IssueIds { ids: vec![params.issue()?], organization, ..Default::default() };
    let message = DeleteIssuesRequest { issues: Some(Which::Ids(ids)) };
    gateway.services.issues().delete_issues(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::ACCEPTED)
}
