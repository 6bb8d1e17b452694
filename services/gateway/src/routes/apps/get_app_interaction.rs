use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetInteractionRequest;
use patchbay_rpc::request_as;

use super::{PERIOD, READERS};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::resolution::{Resolution, moment};
use crate::context::Context;
use crate::json::app_stats::InteractionJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_app_interaction", "/api/0/sentry-apps/{app}/interaction/", get_app_interaction)
        .does("Count how often people looked at an app and used its components")
        .by(one_of(READERS))
        .asks(PERIOD)
        .answers::<InteractionJson>(200)
}

async fn get_app_interaction(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<InteractionJson>> {
    let resolution = Resolution::read(&query)?;
    let (since, until) = (moment(&query, "since")?, moment(&query, "until")?);
    let request = request_as(&caller, GetInteractionRequest { app: params.app()?, since, until });
    let answer = context.services.apps().get_interaction(request).await.answer();
    let interaction = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(InteractionJson::new(interaction, resolution)))
}
