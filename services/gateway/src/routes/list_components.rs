use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_domain::Caller;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_proto::installation::{ListComponentsRequest, ListComponentsResponse};
use patchbay_rpc::request_as;

use super::get_app::refusal;
use super::get_select_options::project_slug;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::component::ComponentJson;
use crate::page::Page;
use crate::params::Params;
use crate::preparation::prepare;
use crate::query::Query;

/// Schemas are large, and choices come on top.
const LARGEST_PAGE: i32 = 50;

/// `GET /api/0/sentry-apps/{app}/components/`: as they were registered.
pub(crate) async fn list_app_components(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read_up_to(LARGEST_PAGE, &query)?;
    let found = list(&gateway, &caller, &query, page, Owner::App(params.app()?)).await?;
    let base_url = gateway.config.base_url();
    let components = found.components.into_iter();
    let components = components.map(|component| ComponentJson::new(component, base_url)).collect();
    Ok(answer(&gateway, &uri, &query, page, found.has_more, components))
}

/// `GET /api/0/organizations/{organization}/sentry-app-components/`: of the apps that are installed there, with what their
/// selects offer.
pub(crate) async fn list_organization_components(
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

async fn list(
    gateway: &Gateway,
    caller: &Caller,
    query: &Query,
    page: Page,
    owner: Owner,
) -> Result<ListComponentsResponse> {
    let r#type = query.get("filter").unwrap_or_default().to_owned();
    let wanted =
        ListComponentsRequest { owner: Some(owner), r#type, offset: page.offset(), limit: page.size() };
    let answer = gateway.services.apps().list_components(request_as(caller, wanted)).await.answer();
    answer.map_err(|error| refusal(error, caller))
}

fn answer(
    gateway: &Gateway,
    uri: &Uri,
    query: &Query,
    page: Page,
    has_more: bool,
    components: Vec<ComponentJson>,
) -> Response {
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, query, has_more));
    (link, Json(components)).into_response()
}
