use chrono::TimeDelta;
use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::period::hour_of;
use crate::store::interactions;

/// As far back as can be asked for.
const KEPT: TimeDelta = TimeDelta::days(91);

pub(super) async fn prune_interactions(context: &Context) -> Result<(), Error> {
    interactions::prune(&context.db, hour_of(context.clock.now() - KEPT)).await.map(drop)
}
