use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetStatsRequest;
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
use crate::json::app_stats::StatsJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_app_stats", "/api/0/sentry-apps/{app}/stats/", get_app_stats)
        .does("Count the installations of an app over time")
        .by(one_of(READERS))
        .asks(PERIOD)
        .answers::<StatsJson>(200)
}

async fn get_app_stats(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<StatsJson>> {
    let resolution = Resolution::read(&query)?;
    let (since, until) = (moment(&query, "since")?, moment(&query, "until")?);
    let request = request_as(&caller, GetStatsRequest { app: params.app()?, since, until });
    let answer = context.services.apps().get_stats(request).await.answer();
    let stats = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(StatsJson::new(stats, resolution)))
}
