//! What several requests are asked with.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};
use patchbay_rpc::timestamp;
use prost_types::Timestamp;
use uuid::Uuid;

/// Entries of a page unless asked otherwise.
const USUAL: i64 = 100;
/// Entries of a page at most.
const MOST: i32 = 250;

pub(crate) fn page_size(limit: i32) -> Result<i64> {
    match limit {
        0 => Ok(USUAL),
        1..=MOST => Ok(limit.into()),
        _ => Err(Error::field("limit", format!("Has to be 1 to {MOST}."))),
    }
}

/// A uuid; `None` for the empty text.
pub(crate) fn uuid(field: &str, text: &str) -> Result<Option<Uuid>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::field(field, "This is not a UUID."))
}

pub(crate) fn moment(field: &str, given: Option<Timestamp>) -> Result<Option<DateTime<Utc>>> {
    let read = |given| timestamp::from_wire(&given).ok_or_else(|| Error::field(field, "This is not a time."));
    given.map(read).transpose()
}
