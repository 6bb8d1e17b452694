use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::{GetOrganizationRequest, GetProjectRequest};
use patchbay_rpc::{request, request_as};

use super::PROJECT_READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::project::ProjectJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_project", "/api/0/projects/{organization}/{project}/", get_project)
        .does("Read a project")
        .by(one_of(PROJECT_READERS).and_apps())
        .answers::<ProjectJson>(200)
}

async fn get_project(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<ProjectJson>> {
    let message = GetProjectRequest { organization: params.organization()?, project: params.project()? };
    let project = gateway.services.projects().get_project(request_as(&caller, message)).await.answer()?;
    // The caller may see the project, so they may see what its organization is called.
    let owner = GetOrganizationRequest { organization: project.organization_id.to_string() };
    let owner = gateway.services.directory().get_organization(request(owner)).await.answer()?;
    Ok(Json(ProjectJson::new(project, owner)))
}
