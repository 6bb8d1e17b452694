use chrono::{DateTime, Utc};
use serde::Serializer;

/// `2019-08-19T20:58:37.391000Z`: always six digits, always `Z`.
pub(crate) fn text(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// As [`text`], for serde.
pub(crate) fn serialize<S: Serializer>(moment: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&moment.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
}
