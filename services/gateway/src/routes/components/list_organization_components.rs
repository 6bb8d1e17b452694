use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_rpc::request_as;

use super::READERS;
use super::component_list::{ComponentPaging, list};
use super::project_slug::project_slug;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::apps::components::prepare;
use crate::context::Context;
use crate::json::component::ComponentJson;

pub(super) fn operation() -> Operation {
    get(
        "list_organization_components",
        "/api/0/organizations/{organization}/sentry-app-components/",
        list_organization_components,
    )
    .does("List the UI components of the apps that are installed, with what their selects offer")
    .by(one_of(READERS))
    .asks(&[optional("filter", Kind::Text), optional("projectId", Kind::Integer)])
    .paged()
    .lists::<ComponentJson>()
}

/// Components of the installed apps, with the options of their selects.
async fn list_organization_components(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    paging: ComponentPaging,
) -> Result<impl IntoResponse> {
    let organization = params.organization()?;
    let found = list(&context, &caller, &query, &paging, Owner::Organization(organization.clone())).await?;
    // The slug appears in the answer, so the caller has to be allowed to read the project.
    let project =
        project_slug(&context, &query, organization, |message| request_as(&caller, message)).await?;
    let components = prepare(&context, found.components, project.as_deref()).await;
    Ok(paging.list(found.has_more, components))
}
