use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::issue_sync::DeleteIntegrationRequest;
use patchbay_rpc::request_as;

use super::DELETERS;
use super::update_integration::PATH;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::EmptyBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("delete_integration", PATH, delete_integration)
        .does("Remove an integration from an organization")
        .by(one_of(DELETERS).and_apps())
        .answers_nothing(204)
}

/// Links, settings and credentials are deleted in the background.
async fn delete_integration(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    _: EmptyBody,
) -> Result<StatusCode> {
    let message =
        DeleteIntegrationRequest { organization: params.organization()?, id: params.integration()? };
    context.services.integrations().delete_integration(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
