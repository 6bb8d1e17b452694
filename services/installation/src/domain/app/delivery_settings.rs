//! Delivery settings of an app, within the bounds of the operator.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::domain::problems::Messages;
use crate::domain::problems::one;

/// Absent values default to the settings of the operator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DeliverySettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout_ms: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) retry_delays_seconds: Vec<u32>,
    pub(crate) strict_order: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate_per_second: Option<u32>,
}

/// New values of some settings; `None` keeps a setting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeliveryChange {
    /// `Some(None)` sets the timeout back to the operator's.
    pub(crate) timeout_ms: Option<Option<u32>>,
    /// An empty list sets the schedule back to the operator's.
    pub(crate) retry_delays_seconds: Option<Vec<u32>>,
    pub(crate) strict_order: Option<bool>,
    /// `Some(None)` removes the rate.
    pub(crate) rate_per_second: Option<Option<u32>>,
}

impl DeliverySettings {
    pub(crate) fn changed(&self, change: DeliveryChange) -> Self {
        Self {
            timeout_ms: change.timeout_ms.unwrap_or(self.timeout_ms),
            retry_delays_seconds: change
                .retry_delays_seconds
                .unwrap_or_else(|| self.retry_delays_seconds.clone()),
            strict_order: change.strict_order.unwrap_or(self.strict_order),
            rate_per_second: change.rate_per_second.unwrap_or(self.rate_per_second),
        }
    }
}

const MAX_RETRIES: usize = 20;
/// Retries after longer pauses could outlive the previous client secret and the retention of deliveries.
const PAUSES: RangeInclusive<u32> = 1..=24 * 3600;

const RATES: RangeInclusive<u32> = 1..=1000;

/// `timeouts` are the operator's bounds, in milliseconds.
pub(crate) fn check(
    settings: DeliverySettings,
    timeouts: &RangeInclusive<u32>,
) -> Result<DeliverySettings, Messages> {
    if settings.timeout_ms.is_some_and(|timeout| !timeouts.contains(&timeout)) {
        return Err(one(format!("timeoutMs has to be between {} and {}.", timeouts.start(), timeouts.end())));
    }
    if settings.retry_delays_seconds.len() > MAX_RETRIES {
        return Err(one(format!("retrySchedule may not have more than {MAX_RETRIES} pauses.")));
    }
    if settings.retry_delays_seconds.iter().any(|pause| !PAUSES.contains(pause)) {
        return Err(one(format!(
            "Each pause of retrySchedule has to be 1 to {} seconds long.",
            PAUSES.end()
        )));
    }
    if settings.rate_per_second.is_some_and(|rate| !RATES.contains(&rate)) {
        return Err(one(format!("ratePerSecond has to be between {} and {}.", RATES.start(), RATES.end())));
    }
    Ok(settings)
}

impl DeliverySettings {
    /// The timeout that applies. The operator may have changed the bounds since the app set it.
    pub(crate) fn timeout_within(&self, timeouts: &RangeInclusive<u32>) -> Option<u32> {
        self.timeout_ms.map(|timeout| timeout.clamp(*timeouts.start(), *timeouts.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(timeout_ms: Option<u32>, pauses: Vec<u32>) -> Result<DeliverySettings, Messages> {
        let settings = DeliverySettings {
            timeout_ms,
            retry_delays_seconds: pauses,
            strict_order: true,
            ..Default::default()
        };
        check(settings, &(1_000..=30_000))
    }

    #[test]
    fn settings_stay_within_bounds() {
        for (timeout_ms, pauses, fits) in [
            (None, vec![], true),
            (Some(1_000), vec![1, 86_400], true),
            (Some(30_000), vec![5; 20], true),
            (Some(999), vec![], false),
            (Some(30_001), vec![], false),
            (None, vec![0], false),
            (None, vec![86_401], false),
            (None, vec![5; 21], false),
        ] {
            assert_eq!(checked(timeout_ms, pauses.clone()).is_ok(), fits, "{timeout_ms:?} {pauses:?}");
        }
        assert_eq!(checked(Some(1), vec![]).unwrap_err(), ["timeoutMs has to be between 1000 and 30000."]);
    }

    #[test]
    fn a_rate_is_one_to_a_thousand_a_second() {
        for (rate, fits) in
            [(None, true), (Some(0), false), (Some(1), true), (Some(1000), true), (Some(1001), false)]
        {
            let settings = DeliverySettings { rate_per_second: rate, ..Default::default() };
            assert_eq!(check(settings, &(1_000..=30_000)).is_ok(), fits, "{rate:?}");
        }
    }

    #[test]
    fn a_timeout_from_before_a_change_of_the_bounds_is_moved_into_them() {
        for (set, applies) in
            [(None, None), (Some(500), Some(1_000)), (Some(7_000), Some(7_000)), (Some(90_000), Some(30_000))]
        {
            let settings = DeliverySettings { timeout_ms: set, ..DeliverySettings::default() };
            assert_eq!(settings.timeout_within(&(1_000..=30_000)), applies, "{set:?}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let before = checked(Some(2_000), vec![5]).unwrap();
        assert_eq!(before.changed(DeliveryChange::default()), before);
        let change = DeliveryChange { timeout_ms: Some(None), ..DeliveryChange::default() };
        assert_eq!(before.changed(change), DeliverySettings { timeout_ms: None, ..before.clone() });
        let change = DeliveryChange { strict_order: Some(false), ..DeliveryChange::default() };
        assert_eq!(before.changed(change), DeliverySettings { strict_order: false, ..before.clone() });
        let change = DeliveryChange { retry_delays_seconds: Some(vec![]), ..DeliveryChange::default() };
        assert_eq!(before.changed(change).retry_delays_seconds, [0_u32; 0]);
    }

    #[test]
    fn stored_settings_can_be_read() {
        let settings =
            DeliverySettings { rate_per_second: Some(5), ..checked(Some(2_000), vec![5]).unwrap() };
        let stored = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<DeliverySettings>(&stored).unwrap(), settings);
        assert_eq!(serde_json::from_str::<DeliverySettings>("{}").unwrap(), DeliverySettings::default());
    }
}
