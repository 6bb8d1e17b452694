use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::EnableAppRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::operation::{Operation, post};
use crate::params::Params;
use crate::routes::app_refusal::refusal;

pub(super) fn operation() -> Operation {
    post("enable_app", "/api/0/sentry-apps/{app}/enable/", enable_app)
        .does("Put an app into use again")
        .by(one_of(WRITERS))
        .answers::<AppJson>(200)
}

/// Puts an app into use again. Not one of Sentry's.
async fn enable_app(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<AppJson>> {
    let message = EnableAppRequest { app: params.app()? };
    let answer = gateway.services.apps().enable_app(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, gateway.config.base_url())))
}
