use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::UpdateOrganizationRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::organization::OrganizationJson;

pub(super) fn operation() -> Operation {
    put("update_organization", "/api/0/organizations/{organization}/", update_organization)
        .does("Change an organization")
        .by(one_of(WRITERS).and_apps())
        .takes(&[optional("name", Kind::Text), optional("enhancedPrivacy", Kind::Flag)])
        .answers::<OrganizationJson>(200)
}

/// What is not given stays as it is. The slug stays in any case.
async fn update_organization(
    State(context): State<Context>,
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
        context.services.directory().update_organization(request_as(&caller, asked)).await.answer()?;
    Ok(Json(OrganizationJson::new(changed, &caller, context.config.base_url())))
}
