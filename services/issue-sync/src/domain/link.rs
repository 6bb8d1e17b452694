//! Links from issues to tickets.

use patchbay_domain::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::domain::outbound::LinkOutcome;
use patchbay_provider::Object;

/// A ticket that is linked to an issue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) integration_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) project_id: i64,
    pub(crate) ticket: StoredTicket,
    /// The last change from the tracker.
    pub(crate) last_inbound: Option<LinkOutcome>,
    /// The last change to the tracker.
    pub(crate) last_outbound: Option<LinkOutcome>,
}

/// A ticket that issues are linked to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredTicket {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) metadata: Object,
}

/// A ticket as an issue shows it, and who linked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TicketRecord {
    pub(crate) integration_id: i64,
    pub(crate) provider_key: String,
    pub(crate) provider_name: String,
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) label: String,
    pub(crate) is_new_ticket: bool,
    /// 0 for a rule or an app.
    pub(crate) user_id: i64,
}

/// The purpose of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormAction {
    Create,
    Link,
}

/// Characters of a key.
pub(crate) const MAX_KEY: usize = 256;

impl FormAction {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text {
            "create" => Ok(Self::Create),
            "link" => Ok(Self::Link),
            _ => Err(Error::invalid(
                "ACTION_REQUIRED",
                "Action is required and should be either link or create",
            )),
        }
    }
}

/// The id of a link in a request. Only whole numbers in range are ids.
pub(crate) fn link_id(text: &str) -> Result<i64> {
    if text.is_empty() {
        return Err(Error::invalid("EXTERNAL_ID_REQUIRED", "External ID required"));
    }
    match text.parse::<i64>() {
        Ok(id) if id > 0 => Ok(id),
        _ => Err(Error::invalid("EXTERNAL_ID_REQUIRED", "External ID must be a number")),
    }
}

pub(crate) fn not_supported() -> Error {
    Error::invalid("NOT_SUPPORTED", "This feature is not supported for this integration.")
}

pub(crate) fn already_linked() -> Error {
    Error::invalid("ALREADY_LINKED", "That issue is already linked")
}

pub(crate) fn busy() -> Error {
    Error::conflict("TICKET_BUSY", "This ticket is being linked by another request. Try again.")
}

pub(crate) fn key_in_use() -> Error {
    Error::conflict("IDEMPOTENCY_KEY_IN_USE", "The first request with this Idempotency-Key has not ended.")
}

/// Checks the key of a ticket before it is stored.
pub(crate) fn check_key(key: &str) -> Result<()> {
    if key.is_empty() || key.chars().count() > MAX_KEY || key.chars().any(char::is_control) {
        return Err(Error::field("externalIssue", "The issue ID is not valid."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_is_one_of_two() {
        assert_eq!(FormAction::parse("link"), Ok(FormAction::Link));
        assert_eq!(FormAction::parse("create"), Ok(FormAction::Create));
        for wrong in ["", "LINK", "delete"] {
            assert_eq!(FormAction::parse(wrong).unwrap_err().reason, "ACTION_REQUIRED");
        }
    }

    #[test]
    fn the_id_of_a_link_is_a_whole_number_in_range() {
        assert_eq!(link_id("5"), Ok(5));
        assert_eq!(link_id("").unwrap_err().message, "External ID required");
        for wrong in ["0", "-1", "1.5", "x", "99999999999999999999"] {
            assert!(link_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_are_bounded_texts() {
        assert!(check_key("OPS-7").is_ok() && check_key(&"k".repeat(256)).is_ok());
        for wrong in ["", "a\nb", &"k".repeat(257)] {
            assert!(check_key(wrong).is_err());
        }
    }
}
