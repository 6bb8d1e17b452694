use axum::Json;
use axum::extract::State;
use patchbay_domain::Error;
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_proto::tracker::GetProjectRequest;
use patchbay_rpc::{request, request_as};
use serde_json::{Map, Value};

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
    if !is_relative(&uri) {
        return Err(Error::field("uri", "Invalid URI: must be a relative path starting with '/'.").into());
    }
    let given = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let project_slug = match given("projectId") {
        None => None,
        Some(text) => {
            let id: i64 =
                text.parse().map_err(|_| Error::field("projectId", "A valid integer is required."))?;
            let organization = installation.organization_id.to_string();
            let message = GetProjectRequest { organization, project: id.to_string() };
            let project = gateway.services.projects().get_project(request(message)).await.answer();
            Some(project?.slug)
        }
    };
    let question =
        Question { uri, project_slug, query: given("query"), dependent_data: given("dependentData") };
    Ok(Json(fetch(&gateway, &installation, question).await?))
}

/// A path that cannot lead to another host.
pub(super) fn is_relative(uri: &str) -> bool {
    uri.starts_with('/') && !uri.starts_with("//") && !uri.contains('@') && uri.len() <= 2000
}
