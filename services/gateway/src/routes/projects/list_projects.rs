use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::tracker::ListProjectsRequest;
use patchbay_rpc::request_as;

use super::PROJECT_READERS;
use super::owner::owner;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_projects", "/api/0/organizations/{organization}/projects/", list_projects)
        .does("List the projects of an organization")
        .by(one_of(PROJECT_READERS).and_apps())
        .paged()
        .lists::<ProjectJson>()
}

/// By slug.
async fn list_projects(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let organization = params.organization()?;
    let message = ListProjectsRequest {
        organization: organization.clone(),
        offset: paging.offset(),
        limit: paging.size(),
    };
    let answer = context.services.projects().list_projects(request_as(&caller, message)).await.answer()?;
    let owner = owner(&context, organization).await?;
    let projects = answer.projects.into_iter().map(|project| ProjectJson::new(project, owner.clone()));
    Ok(paging.list(answer.has_more, projects))
}
