use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::installation::InstallationJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_installation", "/api/0/sentry-app-installations/{installation}/", get_installation)
        .does("Read an installation")
        .by(one_of(READERS).and_the_app())
        .answers::<InstallationJson>(200)
}

async fn get_installation(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<InstallationJson>> {
    let request = request_as(&caller, GetInstallationRequest { uuid: params.installation()? });
    let installation = gateway.services.installations().get_installation(request).await.answer()?;
    Ok(Json(installation.into()))
}
