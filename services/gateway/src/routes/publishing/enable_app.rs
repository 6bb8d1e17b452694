use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::EnableAppRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::EmptyBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::app::AppJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post("enable_app", "/api/0/sentry-apps/{app}/enable/", enable_app)
        .does("Put an app into use again")
        .by(one_of(WRITERS))
        .answers::<AppJson>(200)
}

/// Sentry has no such operation.
async fn enable_app(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    EmptyBody: EmptyBody,
) -> Result<Json<AppJson>> {
    let message = EnableAppRequest { app: params.app()? };
    let answer = context.services.apps().enable_app(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, context.config.base_url())))
}
