use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse};
use patchbay_proto::installation::ListInstallationsRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::installation::InstallationJson;
use crate::operation::{Operation, get};
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

pub(super) fn operation() -> Operation {
    get(
        "list_installations",
        "/api/0/organizations/{organization}/sentry-app-installations/",
        list_installations,
    )
    .does("List the apps installed in an organization")
    .by(one_of(READERS))
    .paged()
    .lists::<InstallationJson>()
}

/// Newest first.
async fn list_installations(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    let organization = params.organization()?;
    let page = Page::read(&query)?;
    let message = ListInstallationsRequest { organization, offset: page.offset(), limit: page.size() };
    let request = request_as(&caller, message);
    let answer = gateway.services.installations().list_installations(request).await.answer()?;
    let installations: Vec<InstallationJson> = answer.installations.into_iter().map(Into::into).collect();
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, answer.has_more)), Json(installations)))
}
