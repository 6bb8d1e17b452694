//! Fields that several requests have in common.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};
use patchbay_rpc::timestamp;
use prost_types::Timestamp;
use uuid::Uuid;

/// Default number of entries of a page.
const DEFAULT: i64 = 100;
/// Largest number of entries of a page.
const MAX: i32 = 250;

pub(super) fn page_size(limit: i32) -> Result<i64> {
    match limit {
        0 => Ok(DEFAULT),
        1..=MAX => Ok(limit.into()),
        _ => Err(Error::field("limit", format!("Has to be 1 to {MAX}."))),
    }
}

/// Reads a UUID; `None` for the empty text.
pub(super) fn uuid(field: &str, text: &str) -> Result<Option<Uuid>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::field(field, "This is not a UUID."))
}

pub(super) fn time(field: &str, given: Option<Timestamp>) -> Result<Option<DateTime<Utc>>> {
    let read = |given| timestamp::from_wire(&given).ok_or_else(|| Error::field(field, "This is not a time."));
    given.map(read).transpose()
}
