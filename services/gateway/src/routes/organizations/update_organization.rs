use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::UpdateOrganizationRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::field::{Kind, optional};
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::organization::OrganizationJson;
use crate::operation::{Operation, put};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    put("update_organization", "/api/0/organizations/{organization}/", update_organization)
        .does("Change an organization")
        .by(one_of(WRITERS).and_apps())
        .takes(&[optional("name", Kind::Text), optional("enhancedPrivacy", Kind::Flag)])
        .answers::<OrganizationJson>(200)
}

/// What is not given stays as it is. The slug stays in any case.
async fn update_organization(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<OrganizationJson>> {
    let asked = UpdateOrganizationRequest {
        organization: params.organization()?,
        name: fields.text("name"),
        enhanced_privacy: fields.has("enhancedPrivacy").then(|| fields.flag("enhancedPrivacy")),
        features: None,
    };
    fields.finish()?;
    let changed =
        gateway.services.directory().update_organization(request_as(&caller, asked)).await.answer()?;
    Ok(Json(OrganizationJson::new(changed, &caller, gateway.config.base_url())))
}
