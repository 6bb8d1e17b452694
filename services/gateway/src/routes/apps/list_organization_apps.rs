use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use patchbay_domain::Scope;

use super::STATUS;
use super::app_list::list;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use crate::json::app::AppJson;

pub(super) fn operation() -> Operation {
    get("list_organization_apps", "/api/0/organizations/{organization}/sentry-apps/", list_organization_apps)
        .does("List the apps that an organization owns")
        .by(one_of(&[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin]).and_apps())
        .asks(STATUS)
        .paged()
        .lists::<AppJson>()
}

/// Newest first.
async fn list_organization_apps(
    State(context): State<Context>,
    uri: Uri,
    query: Query,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    list(&context, &uri, &query, &caller, params.organization()?).await
}
