use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::UpdateExternalActorRequest;
use patchbay_rpc::request_as;

use super::body::ExternalUserBody;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::RequestBody;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::external_actor::ExternalActorJson;
use crate::routes::integrations::WRITERS;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    put(
        "update_external_user",
        "/api/0/organizations/{organization}/external-users/{external_actor}/",
        update_external_user,
    )
    .does("Change which user a name at a tracker belongs to")
    .by(one_of(WRITERS).and_apps())
    .takes_only::<ExternalUserBody>()
    .answers::<ExternalActorJson>(200)
}

/// Fields that are not given stay as they are.
async fn update_external_user(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<ExternalActorJson>> {
    let body = ExternalUserBody::read_from(&mut fields);
    fields.finish()?;
    let message = UpdateExternalActorRequest {
        organization: params.organization()?,
        team: String::new(),
        id: params.external_actor()?,
        user_id: body.user_id,
        external_name: body.external_name,
        external_id: body.external_id,
        provider: body.provider,
        integration_id: body.integration_id,
    };
    let changed = context
        .services
        .external_actors()
        .update_external_actor(request_as(&caller, message))
        .await
        .answer()?;
    Ok(Json(changed.into()))
}
