//! Moments as Sentry writes them.

use chrono::SecondsFormat;
use patchbay_rpc::timestamp::from_wire;
use prost_types::Timestamp;

/// `2026-08-16T11:03:14.870Z`, as most of the API writes it.
pub(crate) fn iso(timestamp: &Timestamp) -> Option<String> {
    from_wire(timestamp).map(|moment| moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// `2026-08-16 03:03:14.123456+00:00`, as the log of webhooks writes it.
pub(crate) fn spaced(timestamp: &Timestamp) -> Option<String> {
    from_wire(timestamp).map(|moment| moment.format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_moment() {
        let moment = Timestamp { seconds: 1_786_849_394, nanos: 870_123_456 };
        assert_eq!(iso(&moment).unwrap(), "2026-08-16T03:03:14.870Z");
        assert_eq!(spaced(&moment).unwrap(), "2026-08-16 03:03:14.870123+00:00");
        let whole = Timestamp { seconds: 1_786_849_394, nanos: 0 };
        assert_eq!(iso(&whole).unwrap(), "2026-08-16T03:03:14.000Z");
        assert_eq!(iso(&Timestamp { seconds: i64::MAX, nanos: 0 }), None);
    }
}
