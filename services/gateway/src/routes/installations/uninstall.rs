use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::UninstallRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, delete};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    delete("uninstall", "/api/0/sentry-app-installations/{installation}/", uninstall)
        .does("Uninstall an app")
        .by(one_of(WRITERS))
        .answers_nothing(204)
}

async fn uninstall(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let uuid = params.installation()?;
    let request = request_as(&caller, UninstallRequest { uuid: uuid.clone() });
    gateway.services.installations().uninstall(request).await.answer()?;
    gateway.introspection.forget_installation(&uuid);
    Ok(StatusCode::NO_CONTENT)
}
