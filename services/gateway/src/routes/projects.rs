use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_domain::Caller;
use patchbay_proto::tracker::{
    CreateProjectRequest, DeleteProjectRequest, GetOrganizationRequest, ListProjectsRequest, Organization,
    Project, SetProjectTeamRequest, UpdateProjectRequest,
};
use patchbay_rpc::{request, request_as};

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::project::ProjectJson;
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

/// `GET /api/0/organizations/{organization}/projects/`: by slug.
pub(crate) async fn list_projects(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let organization = params.organization()?;
    let message =
        ListProjectsRequest { organization: organization.clone(), offset: page.offset(), limit: page.size() };
    let answer = gateway.services.projects().list_projects(request_as(&caller, message)).await.answer()?;
    let owner = owner(&gateway, organization).await?;
    let projects: Vec<_> =
        answer.projects.into_iter().map(|project| ProjectJson::new(project, owner.clone())).collect();
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, answer.has_more)), Json(projects)).into_response())
}

/// `POST /api/0/organizations/{organization}/projects/` and `POST /api/0/teams/{organization}/{team}/projects/`, where the
/// team gets access.
pub(crate) async fn create_project(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<(StatusCode, Json<ProjectJson>)> {
    let organization = params.organization()?;
    let message = CreateProjectRequest {
        organization,
        name: fields.required_text("name"),
        slug: fields.text("slug").unwrap_or_default(),
        platform: fields.text_or_blank("platform").unwrap_or_default(),
        team: params.team().unwrap_or_default(),
    };
    fields.finish()?;
    let project = gateway.services.projects().create_project(request_as(&caller, message)).await.answer()?;
    Ok((StatusCode::CREATED, Json(with_owner(&gateway, project).await?)))
}

/// `PUT /api/0/projects/{organization}/{project}/`: what is left out stays.
pub(crate) async fn update_project(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<ProjectJson>> {
    let message = UpdateProjectRequest {
        organization: params.organization()?,
        project: params.project()?,
        name: fields.text("name"),
        slug: fields.text("slug"),
        platform: fields.text_or_blank("platform"),
    };
    fields.finish()?;
    let project = gateway.services.projects().update_project(request_as(&caller, message)).await.answer()?;
    Ok(Json(with_owner(&gateway, project).await?))
}

/// `DELETE /api/0/projects/{organization}/{project}/`: what belongs to it goes in the background.
pub(crate) async fn delete_project(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteProjectRequest { organization: params.organization()?, project: params.project()? };
    gateway.services.projects().delete_project(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/0/projects/{organization}/{project}/teams/{team}/`
pub(crate) async fn give_access(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<(StatusCode, Json<ProjectJson>)> {
    let project = set_access(&gateway, &caller, &params, true).await?;
    Ok((StatusCode::CREATED, Json(project)))
}

/// `DELETE /api/0/projects/{organization}/{project}/teams/{team}/`
pub(crate) async fn take_access(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<ProjectJson>> {
    set_access(&gateway, &caller, &params, false).await.map(Json)
}

async fn set_access(
    gateway: &Gateway,
    caller: &Caller,
    params: &Params,
    has_access: bool,
) -> Result<ProjectJson> {
    let message = SetProjectTeamRequest {
        organization: params.organization()?,
        project: params.project()?,
        team: params.team()?,
        has_access,
    };
    let project = gateway.services.projects().set_project_team(request_as(caller, message)).await.answer()?;
    with_owner(gateway, project).await
}

/// The caller may see the project, so they may see what its organization is called.
async fn with_owner(gateway: &Gateway, project: Project) -> Result<ProjectJson> {
    let owner = owner(gateway, project.organization_id.to_string()).await?;
    Ok(ProjectJson::new(project, owner))
}

async fn owner(gateway: &Gateway, organization: String) -> Result<Organization> {
    let message = request(GetOrganizationRequest { organization });
    Ok(gateway.services.directory().get_organization(message).await.answer()?)
}
