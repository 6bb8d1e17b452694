//! SQL in, domain types out.

pub(crate) mod app_row;
pub(crate) mod apps;
pub(crate) mod endpoint_feed;
pub(crate) mod feed;
pub(crate) mod installation_row;
pub(crate) mod installations;
pub(crate) mod subscription_feed;
pub(crate) mod versions;

/// A row says what this code never writes: another version, or another hand, was at work.
fn unreadable(what: &str, value: &str) -> patchbay_domain::Error {
    tracing::error!(what, value, "a stored value cannot be read");
    patchbay_domain::Error::internal("STORED_VALUE_UNREADABLE", "Something went wrong on our side.")
}
