use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::counted_period::{counted_period, counts};
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::suspension::access::may_see;
use crate::store::stats;

pub(super) async fn get_stats(
    context: &Context,
    caller: &Caller,
    request: proto::GetStatsRequest,
) -> Result<proto::Stats, Error> {
    let app = find_app(context, caller, &request.app).await?;
    access::may_count(caller, app.owner.id, app.status)?;
    may_see(caller, app.disabled.is_some())?;
    let period = counted_period(context, request.since, request.until)?;
    let (total_installs, total_uninstalls) = stats::totals(&context.db, app.id).await?;
    let installs = stats::installs(&context.db, app.id, period).await?;
    let uninstalls = stats::uninstalls(&context.db, app.id, period).await?;
    Ok(proto::Stats {
        total_installs,
        total_uninstalls,
        installs: counts(period, &installs),
        uninstalls: counts(period, &uninstalls),
    })
}
