use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::Caller;
use patchbay_proto::tracker::GetIssueRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `GET /api/0/issues/{issue}/`
pub(crate) async fn get_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    fetch(&gateway, &caller, params.issue()?, String::new()).await
}

/// `GET /api/0/organizations/{organization}/issues/{issue}/`
pub(crate) async fn get_organization_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    fetch(&gateway, &caller, params.issue()?, params.organization()?).await
}

/// The owner of the issue has written the JSON; it goes out as it came.
async fn fetch(gateway: &Gateway, caller: &Caller, id: i64, organization: String) -> Result<Response> {
    let request = request_as(caller, GetIssueRequest { id, organization });
    let issue = gateway.services.issues().get_issue(request).await.answer()?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], issue.document_json).into_response())
}
