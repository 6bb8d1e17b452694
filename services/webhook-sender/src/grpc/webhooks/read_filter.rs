use patchbay_domain::{Error, Result};
use patchbay_proto::webhook_sender::DeadLetterFilter;

use super::event_filter::event_filter;
use super::page::{time, uuid};
use crate::context::Context;
use crate::store::dead_letters::DeadFilter;

/// Longer than every reason.
const MAX_REASON: usize = 255;

/// Reads the filter of a list or of a recovery.
pub(super) async fn read_filter(context: &Context, filter: Option<DeadLetterFilter>) -> Result<DeadFilter> {
    let Some(filter) = filter else { return Ok(DeadFilter::default()) };
    Ok(DeadFilter {
        event: event_filter(context, &filter.event_type).await?,
        installation_id: uuid("installation_uuid", &filter.installation_uuid)?,
        reason: reason(filter.reason)?,
        start: time("start", filter.start)?,
        end: time("end", filter.end)?,
    })
}

/// A reason that cannot be searched is refused, because without it everything would match.
fn reason(text: String) -> Result<Option<String>> {
    if text.contains('\0') {
        return Err(Error::field("reason", "Null characters are not allowed."));
    }
    if text.chars().count() > MAX_REASON {
        let message = format!("Ensure this field has no more than {MAX_REASON} characters.");
        return Err(Error::field("reason", message));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_cannot_be_searched_is_no_missing_filter() {
        assert_eq!(reason(String::new()).unwrap(), None);
        assert_eq!(reason("timeout".into()).unwrap().as_deref(), Some("timeout"));
        for text in ["a\0b".to_owned(), "x".repeat(256)] {
            assert_eq!(reason(text).unwrap_err().fields[0].field, "reason");
        }
    }
}
