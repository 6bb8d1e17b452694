use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::UninstallRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("uninstall", "/api/0/sentry-app-installations/{installation}/", uninstall)
        .does("Uninstall an app")
        .by(one_of(WRITERS))
        .answers_nothing(204)
}

async fn uninstall(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let uuid = params.installation()?;
    let request = request_as(&caller, UninstallRequest { uuid: uuid.clone() });
    context.services.installations().uninstall(request).await.answer()?;
    context.introspection.forget_installation(&uuid);
    Ok(StatusCode::NO_CONTENT)
}
