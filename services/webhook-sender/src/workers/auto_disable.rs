use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::Db;
use patchbay_domain::{Clock, Error, ErrorKind};
use patchbay_proto::installation::DisableAppRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_rpc::{Channel, request, status};
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::domain::auto_disable::{AutoDisableRules, Day, reason_to_disable};
use crate::store::hours::{Hour, failing_apps, forget, hours};

const DAY: TimeDelta = TimeDelta::days(1);

/// Disables apps whose endpoints keep failing, until a stop is requested.
pub(crate) async fn auto_disable(context: Context, rules: AutoDisableRules, every: Duration) {
    let Context { db, clock, stop, .. } = &context;
    let client = AppRegistryClient::new(context.installations.clone());
    loop {
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(clock, every.max(Duration::from_secs(1))) => {}
        }
        tokio::select! {
            () = stop.requested() => return,
            result = disable_failing(db, clock, &client, rules) => {
                if let Err(error) = result {
                    tracing::warn!(reason = %error.reason, "failing apps could not be disabled; the next check tries again");
                }
            }
        }
    }
}

async fn disable_failing(
    db: &Db,
    clock: &Clock,
    client: &AppRegistryClient<Channel>,
    rules: AutoDisableRules,
) -> Result<(), Error> {
    let now = clock.now();
    for app_id in failing_apps(db, now - DAY).await? {
        let count = i32::try_from(rules.days.max(1)).unwrap_or(i32::MAX);
        let past = hours(db, app_id, now - DAY * count).await?;
        let days = days(&past, now, rules.days.max(1) as usize);
        let Some(reason) = reason_to_disable(&days, rules) else { continue };
        let message = DisableAppRequest { app: app_id.to_string(), reason, event_id: String::new() };
        match client.clone().disable_app(request(message)).await.map_err(|refused| status::to_error(&refused))
        {
            Ok(_) => tracing::warn!(app_id, "an app was disabled because its endpoint keeps failing"),
            // The app is being removed, which ends its webhooks too.
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Old failures must not disable the app again after it is enabled.
        forget(db, app_id).await?;
    }
    Ok(())
}

/// The last `count` periods of 24 hours, newest first.
fn days(hours: &[Hour], now: DateTime<Utc>, count: usize) -> Vec<Day> {
    let mut days = vec![Day::default(); count];
    for hour in hours {
        let age = usize::try_from((now - hour.hour).num_hours() / 24).unwrap_or_default();
        if let Some(day) = days.get_mut(age) {
            day.succeeded += hour.succeeded;
            day.failed += hour.failed;
            day.timeouts += hour.timeouts;
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_counted_back_from_now() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let hour =
            |back, failed| Hour { hour: now - TimeDelta::hours(back), succeeded: 0, failed, timeouts: 1 };
        let days = days(&[hour(0, 1), hour(23, 2), hour(24, 4), hour(72, 8)], now, 3);
        assert_eq!(days.iter().map(|day| day.failed).collect::<Vec<_>>(), [3, 4, 0]);
        assert_eq!(days.iter().map(|day| day.timeouts).sum::<i64>(), 3);
    }
}
