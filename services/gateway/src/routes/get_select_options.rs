use axum::Json;
use axum::extract::State;
use patchbay_domain::Error;
use patchbay_domain::component_url::{NO_PATH, is_path};
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_proto::tracker::GetProjectRequest;
use patchbay_rpc::{request, request_as};
use serde_json::{Map, Value};
use tonic::Request;

use crate::app_call::patience;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;
use crate::query::Query;
use crate::select_options::{Question, fetch};

/// `GET /api/0/sentry-app-installations/{installation}/external-requests/`: the options of a select field, from the app.
pub(crate) async fn get_select_options(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<Map<String, Value>>> {
    let message = GetInstallationRequest { uuid: params.installation()? };
    let installation =
        gateway.services.installations().get_installation(request_as(&caller, message)).await.answer()?;
    let uri = query.get("uri").unwrap_or_default().to_owned();
    if !is_path(&uri) {
        return Err(Error::field("uri", NO_PATH).into());
    }
    let organization = installation.organization_id.to_string();
    let project_slug = project_slug(&gateway, &query, organization, request).await?;
    let given = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let question =
        Question { uri, project_slug, query: given("query"), dependent_data: given("dependentData") };
    Ok(Json(fetch(&gateway, &installation, question, patience(&gateway)).await?))
}

/// The slug of the project that `projectId` names, if there is one; `asks` says in whose name it is looked up.
pub(super) async fn project_slug(
    gateway: &Gateway,
    query: &Query,
    organization: String,
    asks: impl FnOnce(GetProjectRequest) -> Request<GetProjectRequest>,
) -> Result<Option<String>> {
    let Some(text) = query.get("projectId").filter(|text| !text.is_empty()) else { return Ok(None) };
    let id: i64 = text.parse().map_err(|_| Error::field("projectId", "A valid integer is required."))?;
    let wanted = asks(GetProjectRequest { organization, project: id.to_string() });
    Ok(Some(gateway.services.projects().get_project(wanted).await.answer()?.slug))
}
