use chrono::{DateTime, Utc};
use patchbay_domain::Error;
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::from_wire;
use prost_types::Timestamp;

use crate::context::Context;
use crate::domain::stats::period;
use crate::domain::stats::period::Period;

pub(super) fn counted_period(
    context: &Context,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Period, Error> {
    let moment = |given: Option<Timestamp>| -> Result<Option<DateTime<Utc>>, Error> {
        let unreadable = || Error::invalid("INVALID_PERIOD", "Invalid period (a moment is out of range).");
        given.map(|moment| from_wire(&moment).ok_or_else(unreadable)).transpose()
    };
    period::check(moment(since)?, moment(until)?, context.clock.now())
}

pub(super) fn counts(period: Period, hours: &[(i64, i64)]) -> Vec<proto::Count> {
    let series = period.series(hours).into_iter();
    series.map(|(at_seconds, count)| proto::Count { at_seconds, count }).collect()
}
