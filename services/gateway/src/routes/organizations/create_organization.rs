use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Caller, Membership, Role};
use patchbay_proto::tracker::CreateOrganizationRequest;
use patchbay_rpc::request_as;

use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, required_text, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::context::Context;
use crate::json::organization::OrganizationJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// A new organization.
    NewOrganization {
        name: String = required_text("name"),
        slug: Option<String> = text_or_blank("slug"),
    } only, ignoring []
}

pub(super) fn operation() -> Operation {
    post("create_organization", "/api/0/organizations/", create_organization)
        .does("Found an organization, as its owner")
        .by(USERS)
        .takes::<NewOrganization>()
        .answers::<OrganizationJson>(201)
        .refuses(409)
}

/// The caller becomes its owner.
async fn create_organization(
    State(context): State<Context>,
    Authenticated(mut caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<OrganizationJson>)> {
    let NewOrganization { name, slug } = NewOrganization::read(fields)?;
    let request = CreateOrganizationRequest { name, slug: slug.unwrap_or_default(), owner_id: 0 };
    let founded =
        context.services.directory().create_organization(request_as(&caller, request)).await.answer()?;
    if let Caller::User(user) = &mut caller {
        user.memberships.push(Membership {
            organization_id: founded.id,
            organization_slug: founded.slug.clone(),
            role: Role::Owner,
        });
    }
    let organization = OrganizationJson::new(founded, &caller, context.config.base_url());
    Ok((StatusCode::CREATED, Json(organization)))
}
