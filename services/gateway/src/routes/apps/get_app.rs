use axum::Json;
use axum::extract::State;
use patchbay_domain::Caller;
use patchbay_proto::installation::{App, GetAppRequest};
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::operation::{Operation, get};
use crate::params::Params;
use crate::routes::app_refusal::refusal;

pub(super) fn operation() -> Operation {
    get("get_app", "/api/0/sentry-apps/{app}/", get_app)
        .does("Read an app")
        .by(one_of(READERS).and_staff())
        .answers::<AppJson>(200)
}

pub(super) async fn get_app(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<AppJson>> {
    let app = fetch(&gateway, &caller, params.app()?).await?;
    Ok(Json(AppJson::new(app, gateway.config.base_url())))
}

/// The app as the caller may see it.
pub(super) async fn fetch(gateway: &Gateway, caller: &Caller, app: String) -> Result<App> {
    let request = request_as(caller, GetAppRequest { app });
    let answer = gateway.services.apps().get_app(request).await.answer();
    answer.map_err(|error| refusal(error, caller))
}
