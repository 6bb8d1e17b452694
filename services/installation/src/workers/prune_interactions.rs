use chrono::TimeDelta;
use patchbay_domain::Error;

use crate::domain::period::hour_of;
use crate::registry::Registry;
use crate::store::interactions;

/// As far back as can be asked for.
const KEPT: TimeDelta = TimeDelta::days(91);

pub(super) async fn prune_interactions(registry: &Registry) -> Result<(), Error> {
    interactions::prune(&registry.db, hour_of(registry.clock.now() - KEPT)).await.map(drop)
}
