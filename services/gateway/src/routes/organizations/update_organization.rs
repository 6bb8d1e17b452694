use axum::Json;
use axum::extract::State;
use patchbay_domain::Error;
use patchbay_proto::tracker::{GetOrganizationRequest, UpdateOrganizationRequest};
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, given_flag, request_body, text};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::organization::OrganizationJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// Every key may be left out.
    OrganizationChanges {
        name: Option<String> = text("name"),
        enhanced_privacy: Option<bool> = given_flag("enhancedPrivacy"),
        open_membership: Option<bool> = given_flag("openMembership"),
        slug: Option<String> = text("slug"),
    } only, ignoring ["access", "dateCreated", "features", "id", "links", "orgRole", "role", "status"]
}

pub(super) fn operation() -> Operation {
    put("update_organization", "/api/0/organizations/{organization}/", update_organization)
        .does("Change an organization")
        .by(one_of(WRITERS).and_apps())
        .takes::<OrganizationChanges>()
        .answers::<OrganizationJson>(200)
}

/// Keys that are left out stay as they are. The slug cannot be changed.
async fn update_organization(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<OrganizationJson>> {
    let organization = params.organization()?;
    let changes = OrganizationChanges::read(fields)?;
    let mut directory = context.services.directory();
    if let Some(slug) = changes.slug {
        let message = GetOrganizationRequest { organization: organization.clone() };
        let found = directory.get_organization(request_as(&caller, message)).await.answer()?;
        if found.slug != slug {
            return Err(Error::field("slug", "The slug of an organization does not change.").into());
        }
    }
    let request = UpdateOrganizationRequest {
        organization,
        name: changes.name,
        enhanced_privacy: changes.enhanced_privacy,
        features: None,
        open_membership: changes.open_membership,
    };
    let changed = directory.update_organization(request_as(&caller, request)).await.answer()?;
    Ok(Json(OrganizationJson::new(changed, &caller, context.config.base_url())))
}
