use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Caller, Error, Scope};
use patchbay_proto::installation::{GetInstallationRequest, Installation};
use patchbay_proto::tracker::{
    LinkExternalIssueRequest, ListExternalIssuesRequest, UnlinkExternalIssueRequest,
};
use patchbay_rpc::{request, request_as};
use serde_json::Value;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::external_issue::ExternalIssueJson;
use crate::params::Params;

/// Without asking the app, which takes less.
const LINKERS: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];

/// `GET /api/0/organizations/{organization}/issues/{issue}/external-issues/`, also without the organization.
pub(crate) async fn list_external_issues(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<ExternalIssueJson>>> {
    let (issue_id, organization) = (params.issue()?, params.organization_or_any()?);
    let message = ListExternalIssuesRequest { issue_id, organization };
    let answer =
        gateway.services.issues().list_external_issues(request_as(&caller, message)).await.answer()?;
    Ok(Json(answer.external_issues.into_iter().map(Into::into).collect()))
}

/// `POST /api/0/sentry-app-installations/{installation}/external-issues/`: an app links an issue to one of its own.
pub(crate) async fn create_external_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<ExternalIssueJson>> {
    let installation = installation(&gateway, &caller, params.installation()?).await?;
    if !caller.has_any(installation.organization_id, LINKERS) {
        return Err(Error::permission_denied().into());
    }
    let issue_id = match fields.raw("issueId") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    if issue_id.is_none() {
        fields.problem("issueId", "A valid integer is required.");
    }
    let message = LinkExternalIssueRequest {
        issue_id: issue_id.unwrap_or_default(),
        organization_id: installation.organization_id,
        app_id: installation.app_id,
        app_slug: installation.app_slug,
        web_url: fields.required_text("webUrl"),
        project: fields.required_text("project"),
        identifier: fields.required_text("identifier"),
    };
    fields.finish()?;
    let link = gateway.services.issues().link_external_issue(request_as(&caller, message)).await.answer()?;
    Ok(Json(link.into()))
}

/// `DELETE /api/0/sentry-app-installations/{installation}/external-issues/{external_issue}/`
pub(crate) async fn delete_external_issue(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let installation = installation(&gateway, &caller, params.installation()?).await?;
    let message = UnlinkExternalIssueRequest {
        id: params.external_issue()?,
        organization_id: installation.organization_id,
        app_id: installation.app_id,
    };
    gateway.services.issues().unlink_external_issue(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}

/// The installation, for the app itself and for members of the organization; whether they may do what they ask is
/// decided with the issue.
pub(super) async fn installation(gateway: &Gateway, caller: &Caller, uuid: String) -> Result<Installation> {
    let message = request(GetInstallationRequest { uuid });
    let found = gateway.services.installations().get_installation(message).await.answer()?;
    if caller.app().is_some_and(|app| app.app_id != found.app_id) {
        return Err(Error::permission_denied().into());
    }
    if caller.scopes_in(found.organization_id).is_none() {
        let message = "Given organization is not valid";
        return Err(Error::not_found("ORGANIZATION_NOT_FOUND", message).into());
    }
    Ok(found)
}
