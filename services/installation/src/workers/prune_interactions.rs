use chrono::TimeDelta;
use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::stats::period::hour_of;
use crate::store::interactions;

/// A day more than the longest period that can be requested.
const RETENTION: TimeDelta = TimeDelta::days(91);

pub(super) async fn prune_interactions(context: &Context) -> Result<(), Error> {
    interactions::prune(&context.db, hour_of(context.clock.now() - RETENTION)).await.map(drop)
}
