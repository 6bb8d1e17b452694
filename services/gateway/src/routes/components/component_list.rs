//! Pages of components.

use axum::Json;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_domain::Caller;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_proto::installation::{ListComponentsRequest, ListComponentsResponse};
use patchbay_rpc::request_as;

use crate::api::error::Result;
use crate::api::page::Page;
use crate::api::query::Query;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::component::ComponentJson;
use crate::routes::app_refusal::refusal;

/// Schemas are large, and choices come on top.
pub(super) const LARGEST_PAGE: i32 = 50;

pub(super) async fn list(
    context: &Context,
    caller: &Caller,
    query: &Query,
    page: Page,
    owner: Owner,
) -> Result<ListComponentsResponse> {
    let r#type = query.get("filter").unwrap_or_default().to_owned();
    let wanted =
        ListComponentsRequest { owner: Some(owner), r#type, offset: page.offset(), limit: page.size() };
    let answer = context.services.apps().list_components(request_as(caller, wanted)).await.answer();
    answer.map_err(|error| refusal(error, caller))
}

pub(super) fn answer(
    context: &Context,
    uri: &Uri,
    query: &Query,
    page: Page,
    has_more: bool,
    components: Vec<ComponentJson>,
) -> Response {
    let url = format!("{}{}", context.config.base_url(), uri.path());
    let link = AppendHeaders(page.link(&url, query, has_more));
    (link, Json(components)).into_response()
}
