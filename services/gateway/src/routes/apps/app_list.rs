//! Pages of apps.

use axum::Json;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse};
use patchbay_domain::Caller;
use patchbay_proto::installation::{AppFilter, ListAppsRequest};
use patchbay_rpc::request_as;

use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::page::Page;
use crate::query::Query;

pub(super) async fn list(
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
pub(super) fn filter(status: Option<&str>) -> AppFilter {
    match status {
        Some("published") => AppFilter::Published,
        Some("unpublished") => AppFilter::Unpublished,
        Some("internal") => AppFilter::Internal,
        Some("publish_request_inprogress") => AppFilter::PublishRequestInprogress,
        Some("deletion_in_progress") => AppFilter::DeletionInProgress,
        _ => AppFilter::Unspecified,
    }
}
