use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetStatsRequest;
use patchbay_rpc::request_as;

use super::get_app::refusal;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app_stats::StatsJson;
use crate::params::Params;
use crate::query::Query;
use crate::resolution::{Resolution, moment};

/// `GET /api/0/sentry-apps/{app}/stats/`
pub(crate) async fn get_app_stats(
    State(gateway): State<Gateway>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<StatsJson>> {
    let resolution = Resolution::read(&query)?;
    let (since, until) = (moment(&query, "since")?, moment(&query, "until")?);
    let request = request_as(&caller, GetStatsRequest { app: params.app()?, since, until });
    let answer = gateway.services.apps().get_stats(request).await.answer();
    let stats = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(StatsJson::new(stats, resolution)))
}
