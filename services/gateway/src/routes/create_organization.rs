use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Caller, Membership, Role};
use patchbay_proto::tracker::CreateOrganizationRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::organization::OrganizationJson;

/// `POST /api/0/organizations/`: the caller becomes its owner.
pub(crate) async fn create_organization(
    State(gateway): State<Gateway>,
    Authenticated(mut caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<(StatusCode, Json<OrganizationJson>)> {
    let asked = CreateOrganizationRequest {
        name: fields.required_text("name"),
        slug: fields.text_or_blank("slug").unwrap_or_default(),
        owner_id: 0,
    };
    fields.finish()?;
    let founded =
        gateway.services.directory().create_organization(request_as(&caller, asked)).await.answer()?;
    if let Caller::User(user) = &mut caller {
        user.memberships.push(Membership {
            organization_id: founded.id,
            organization_slug: founded.slug.clone(),
            role: Role::Owner,
        });
    }
    let organization = OrganizationJson::new(founded, &caller, gateway.config.base_url());
    Ok((StatusCode::CREATED, Json(organization)))
}
