use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;

use super::STATUS;
use super::app_list::list;
use crate::access::USERS;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::app::AppJson;
use crate::operation::{Operation, get};
use crate::query::Query;

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
    State(gateway): State<Gateway>,
    uri: Uri,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    list(&gateway, &uri, &query, &caller, String::new()).await
}
