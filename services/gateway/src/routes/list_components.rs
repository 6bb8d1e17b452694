use axum::Json;
use axum::extract::State;
use patchbay_domain::Caller;
use patchbay_proto::installation::ListComponentsRequest;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_rpc::request_as;

use super::get_app::refusal;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::component::ComponentJson;
use crate::params::Params;
use crate::query::Query;

/// `GET /api/0/sentry-apps/{app}/components/`
pub(crate) async fn list_app_components(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<ComponentJson>>> {
    list(&gateway, &caller, &query, Owner::App(params.app()?)).await
}

/// `GET /api/0/organizations/{organization}/sentry-app-components/`: of the apps that are installed there.
pub(crate) async fn list_organization_components(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<ComponentJson>>> {
    list(&gateway, &caller, &query, Owner::Organization(params.organization()?)).await
}

async fn list(
    gateway: &Gateway,
    caller: &Caller,
    query: &Query,
    owner: Owner,
) -> Result<Json<Vec<ComponentJson>>> {
    let r#type = query.get("filter").unwrap_or_default().to_owned();
    let request = request_as(caller, ListComponentsRequest { owner: Some(owner), r#type });
    let answer = gateway.services.apps().list_components(request).await.answer();
    let components = answer.map_err(|error| refusal(error, caller))?.components.into_iter();
    let base_url = gateway.config.base_url();
    Ok(Json(components.map(|component| ComponentJson::new(component, base_url)).collect()))
}
