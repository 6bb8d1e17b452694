//! Has apps disabled whose endpoints stay broken.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::Db;
use patchbay_domain::{Clock, Error};
use patchbay_proto::installation::DisableAppRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_rpc::{Channel, request, status};
use patchbay_runtime::{Stop, sleep};

use crate::domain::broken::{BrokenRules, Day, broken};
use crate::store::hours::{Hour, failing_apps, forget, hours};

const EVERY: Duration = Duration::from_secs(10 * 60);
const DAY: TimeDelta = TimeDelta::days(1);

/// Looks now and then until `stop`.
pub(crate) async fn disable_broken(db: Db, clock: Clock, channel: Channel, rules: BrokenRules, stop: Stop) {
    let client = AppRegistryClient::new(channel);
    loop {
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(&clock, EVERY) => {}
        }
        tokio::select! {
            () = stop.requested() => return,
            looked = look(&db, &clock, &client, rules) => {
                if let Err(error) = looked {
                    tracing::warn!(reason = %error.reason, "cannot find out which apps stay broken");
                }
            }
        }
    }
}

async fn look(
    db: &Db,
    clock: &Clock,
    client: &AppRegistryClient<Channel>,
    rules: BrokenRules,
) -> Result<(), Error> {
    let now = clock.now();
    for app_id in failing_apps(db, now - DAY).await? {
        let count = i32::try_from(rules.days.max(1)).unwrap_or(i32::MAX);
        let past = hours(db, app_id, now - DAY * count).await?;
        let Some(reason) = broken(&days(&past, now, rules.days.max(1) as usize), rules) else { continue };
        let message = DisableAppRequest { app: app_id.to_string(), reason, event_id: String::new() };
        client.clone().disable_app(request(message)).await.map_err(|refused| status::to_error(&refused))?;
        tracing::warn!(app_id, "an app stayed broken and was disabled");
        // When it is enabled again, it begins anew.
        forget(db, app_id).await?;
    }
    Ok(())
}

/// The last days of 24 hours each, newest first.
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
