use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_rpc::request_as;

use super::READERS;
use super::component_list::{LARGEST_PAGE, answer, list};
use super::project_slug::project_slug;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::field::{Kind, optional};
use crate::gateway::Gateway;
use crate::json::component::ComponentJson;
use crate::operation::{Operation, get};
use crate::page::Page;
use crate::params::Params;
use crate::preparation::prepare;
use crate::query::Query;

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

/// Of the apps that are installed there, with what their selects offer.
async fn list_organization_components(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read_up_to(LARGEST_PAGE, &query)?;
    let organization = params.organization()?;
    let found = list(&gateway, &caller, &query, page, Owner::Organization(organization.clone())).await?;
    // It stands in addresses that are shown, so only for those who may read it.
    let project = project_slug(&gateway, &query, organization, |asked| request_as(&caller, asked)).await?;
    let components = prepare(&gateway, found.components, project.as_deref()).await;
    Ok(answer(&gateway, &uri, &query, page, found.has_more, components))
}
