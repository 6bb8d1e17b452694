use patchbay_domain::Error;

/// The refusal of an action of an alert rule.
pub(super) fn wrong(message: &str) -> Error {
    Error::field("actions", message)
}
