use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse};
use patchbay_domain::Caller;
use patchbay_proto::installation::{AppFilter, ListAppsRequest};
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

/// `GET /api/0/sentry-apps/`: newest first.
pub(crate) async fn list_apps(
    State(gateway): State<Gateway>,
    uri: Uri,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    list(&gateway, &uri, &query, &caller, String::new()).await
}

/// `GET /api/0/organizations/{organization}/sentry-apps/`: newest first.
pub(crate) async fn list_organization_apps(
    State(gateway): State<Gateway>,
    uri: Uri,
    query: Query,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    list(&gateway, &uri, &query, &caller, params.organization()?).await
}

async fn list(
    gateway: &Gateway,
    uri: &Uri,
    query: &Query,
    caller: &Caller,
    organization: String,
) -> Result<impl IntoResponse + use<>> {
    let page = Page::read(query)?;
    let filter = filter(query.get("status")).into();
    let message = ListAppsRequest { filter, organization, offset: page.offset(), limit: page.size() };
    let answer = gateway.services.apps().list_apps(request_as(caller, message)).await.answer()?;
    let base_url = gateway.config.base_url();
    let apps: Vec<_> = answer.apps.into_iter().map(|app| AppJson::new(app, base_url)).collect();
    let url = format!("{base_url}{}", uri.path());
    Ok((AppendHeaders(page.link(&url, query, answer.has_more)), Json(apps)))
}

/// A status that does not exist is as good as none.
fn filter(status: Option<&str>) -> AppFilter {
    match status {
        Some("published") => AppFilter::Published,
        Some("unpublished") => AppFilter::Unpublished,
        Some("internal") => AppFilter::Internal,
        Some("publish_request_inprogress") => AppFilter::PublishRequestInprogress,
        Some("deletion_in_progress") => AppFilter::DeletionInProgress,
        _ => AppFilter::Unspecified,
    }
}
