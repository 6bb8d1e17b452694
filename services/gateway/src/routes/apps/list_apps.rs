use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;

use super::STATUS;
use super::app_list::list;
use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::query::Query;
use crate::context::Context;
use crate::json::app::AppJson;

pub(super) fn operation() -> Operation {
    get("list_apps", "/api/0/sentry-apps/", list_apps)
        .does("List published apps, or those of one's own organizations")
        .by(USERS.and_apps())
        .asks(STATUS)
        .paged()
        .lists::<AppJson>()
}

/// Newest first.
async fn list_apps(
    State(context): State<Context>,
    uri: Uri,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    list(&context, &uri, &query, &caller, String::new()).await
}
