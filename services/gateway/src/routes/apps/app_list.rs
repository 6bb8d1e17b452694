//! Pages of apps.

use axum::Json;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse};
use patchbay_domain::Caller;
use patchbay_proto::installation::{AppFilter, ListAppsRequest};
use patchbay_rpc::request_as;

use crate::api::error::Result;
use crate::api::page::Page;
use crate::api::query::Query;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::app::AppJson;

pub(super) async fn list(
    context: &Context,
    uri: &Uri,
    query: &Query,
    caller: &Caller,
    organization: String,
) -> Result<impl IntoResponse + use<>> {
    let page = Page::read(query)?;
    let filter = filter(query.get("status")).into();
    let message = ListAppsRequest { filter, organization, offset: page.offset(), limit: page.size() };
    let answer = context.services.apps().list_apps(request_as(caller, message)).await.answer()?;
    let base_url = context.config.base_url();
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
