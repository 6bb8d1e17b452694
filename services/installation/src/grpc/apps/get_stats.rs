use chrono::{DateTime, Utc};
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::from_wire;
use prost_types::Timestamp;

use super::get_app::existing;
use crate::domain::app_access;
use crate::domain::period::{self, Period};
use crate::registry::Registry;
use crate::store::stats;

#[tracing::instrument(name = "installation.get_stats", skip_all)]
pub(super) async fn get_stats(
    registry: &Registry,
    caller: &Caller,
    request: proto::GetStatsRequest,
) -> Result<proto::Stats, Error> {
    let app = existing(registry, caller, &request.app).await?;
    app_access::may_count(caller, app.owner.id, app.status)?;
    let period = asked_for(registry, request.since, request.until)?;
    let (total_installs, total_uninstalls) = stats::totals(&registry.db, app.id).await?;
    let installs = stats::installs(&registry.db, app.id, period).await?;
    let uninstalls = stats::uninstalls(&registry.db, app.id, period).await?;
    Ok(proto::Stats {
        total_installs,
        total_uninstalls,
        installs: counts(period, &installs),
        uninstalls: counts(period, &uninstalls),
    })
}

pub(super) fn asked_for(
    registry: &Registry,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Period, Error> {
    let moment = |given: Option<Timestamp>| -> Result<Option<DateTime<Utc>>, Error> {
        let unreadable = || Error::invalid("INVALID_PERIOD", "Invalid period (a moment is out of range).");
        given.map(|moment| from_wire(&moment).ok_or_else(unreadable)).transpose()
    };
    period::check(moment(since)?, moment(until)?, registry.clock.now())
}

pub(super) fn counts(period: Period, hours: &[(i64, i64)]) -> Vec<proto::Count> {
    let series = period.series(hours).into_iter();
    series.map(|(at_seconds, count)| proto::Count { at_seconds, count }).collect()
}
