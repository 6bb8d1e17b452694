use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::GetOrganizationRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::organization::OrganizationJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_organization", "/api/0/organizations/{organization}/", get_organization)
        .does("Read an organization")
        .by(one_of(READERS).and_apps())
        .answers::<OrganizationJson>(200)
}

async fn get_organization(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<OrganizationJson>> {
    let asked = GetOrganizationRequest { organization: params.organization()? };
    let found = gateway.services.directory().get_organization(request_as(&caller, asked)).await.answer()?;
    Ok(Json(OrganizationJson::new(found, &caller, gateway.config.base_url())))
}
