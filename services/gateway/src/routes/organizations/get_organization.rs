use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::GetOrganizationRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::organization::OrganizationJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_organization", "/api/0/organizations/{organization}/", get_organization)
        .does("Read an organization")
        .by(one_of(READERS).and_apps())
        .answers::<OrganizationJson>(200)
}

async fn get_organization(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<OrganizationJson>> {
    let message = GetOrganizationRequest { organization: params.organization()? };
    let found = context.services.directory().get_organization(request_as(&caller, message)).await.answer()?;
    Ok(Json(OrganizationJson::new(found, &caller, context.config.base_url())))
}
