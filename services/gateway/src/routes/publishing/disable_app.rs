use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::DisableAppRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::app::AppJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

request_body! {
    /// Why an app is switched off.
    Disabling {
        reason: Option<String> = text_or_blank("reason"),
    }
}

pub(super) fn operation() -> Operation {
    post("disable_app", "/api/0/sentry-apps/{app}/disable/", disable_app)
        .does("Switch an app off")
        .by(one_of(WRITERS))
        .takes_only::<Disabling>()
        .answers::<AppJson>(200)
}

/// Sentry has no such operation.
async fn disable_app(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<AppJson>> {
    let reason = Disabling::read_only(fields)?.reason.unwrap_or_default();
    let message = DisableAppRequest { app: params.app()?, reason, event_id: String::new() };
    let answer = context.services.apps().disable_app(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, context.config.base_url())))
}
