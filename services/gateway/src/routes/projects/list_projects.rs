use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_proto::tracker::ListProjectsRequest;
use patchbay_rpc::request_as;

use super::PROJECT_READERS;
use super::owner::owner;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Page;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::project::ProjectJson;

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
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let organization = params.organization()?;
    let message =
        ListProjectsRequest { organization: organization.clone(), offset: page.offset(), limit: page.size() };
    let answer = context.services.projects().list_projects(request_as(&caller, message)).await.answer()?;
    let owner = owner(&context, organization).await?;
    let projects: Vec<_> =
        answer.projects.into_iter().map(|project| ProjectJson::new(project, owner.clone())).collect();
    let url = format!("{}{}", context.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, answer.has_more)), Json(projects)).into_response())
}
