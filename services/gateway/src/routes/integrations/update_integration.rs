use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::issue_sync::UpdateIntegrationRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(post("update_integration", PATH, update_integration))
}

pub(super) const PATH: &str = "/api/0/organizations/{organization}/integrations/{integration}/";

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Change settings of an integration")
        .by(one_of(WRITERS).and_apps())
        .takes_anything("The settings to change, by the names of the form.")
        .answers_nothing(200)
}

/// Settings that are not named stay as they are.
pub(super) async fn update_integration(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<StatusCode> {
    let message = UpdateIntegrationRequest {
        organization: params.organization()?,
        id: params.integration()?,
        settings_json: fields.into_json(),
    };
    let mut request = request_as(&caller, message);
    // The provider may ask its tracker.
    request.set_timeout(context.config.request_timeout);
    context.services.integrations().update_integration(request).await.answer()?;
    Ok(StatusCode::OK)
}
