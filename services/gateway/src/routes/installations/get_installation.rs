use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::installation::InstallationJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_installation", "/api/0/sentry-app-installations/{installation}/", get_installation)
        .does("Read an installation")
        .by(one_of(READERS).and_the_app())
        .answers::<InstallationJson>(200)
}

async fn get_installation(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<InstallationJson>> {
    let request = request_as(&caller, GetInstallationRequest { uuid: params.installation()? });
    let installation = context.services.installations().get_installation(request).await.answer()?;
    Ok(Json(installation.into()))
}
