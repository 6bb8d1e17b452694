use axum::Json;
use axum::extract::State;
use patchbay_domain::Caller;
use patchbay_proto::installation::{App, GetAppRequest};
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::app::AppJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_app", "/api/0/sentry-apps/{app}/", get_app)
        .does("Read an app")
        .by(one_of(READERS).and_staff())
        .answers::<AppJson>(200)
}

pub(super) async fn get_app(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<AppJson>> {
    let app = fetch(&context, &caller, params.app()?).await?;
    Ok(Json(AppJson::new(app, context.config.base_url())))
}

/// The app as the caller may see it.
pub(super) async fn fetch(context: &Context, caller: &Caller, app: String) -> Result<App> {
    let request = request_as(caller, GetAppRequest { app });
    let answer = context.services.apps().get_app(request).await.answer();
    answer.map_err(|error| refusal(error, caller))
}
