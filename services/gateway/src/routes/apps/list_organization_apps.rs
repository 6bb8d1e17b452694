use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use patchbay_domain::Scope;

use super::STATUS;
use super::app_list::list;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::app::AppJson;
use crate::operation::{Operation, get};
use crate::params::Params;
use crate::query::Query;

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
    State(gateway): State<Gateway>,
    uri: Uri,
    query: Query,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    list(&gateway, &uri, &query, &caller, params.organization()?).await
}
