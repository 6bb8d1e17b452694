use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::ListInstallationsRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::installation::InstallationJson;
use patchbay_edge::answer::Answer;

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
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let organization = params.organization()?;
    let message = ListInstallationsRequest { organization, offset: paging.offset(), limit: paging.size() };
    let request = request_as(&caller, message);
    let answer = context.services.installations().list_installations(request).await.answer()?;
    Ok(paging.list(answer.has_more, answer.installations.into_iter().map(InstallationJson::from)))
}
