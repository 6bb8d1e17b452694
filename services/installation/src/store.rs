//! SQL in, domain types out.

use chrono::{DateTime, Utc};

use crate::domain::suspension::Suspension;

pub(crate) mod app_lists;
pub(crate) mod app_row;
pub(crate) mod app_switch;
pub(crate) mod app_upkeep;
pub(crate) mod apps;
pub(crate) mod avatars;
pub(crate) mod components;
pub(crate) mod endpoint_feed;
pub(crate) mod event_types;
pub(crate) mod feed;
pub(crate) mod installation_row;
pub(crate) mod installations;
pub(crate) mod interactions;
pub(crate) mod mails;
pub(crate) mod outage_mail;
pub(crate) mod publication_requests;
pub(crate) mod sealed_values;
pub(crate) mod stats;
pub(crate) mod subscription_feed;
mod text_columns;
pub(crate) mod versions;

/// From a pair of columns that are either both set or both null.
fn suspension(since: Option<DateTime<Utc>>, cause: Option<String>) -> Option<Suspension> {
    since.map(|since| Suspension { since, cause: cause.unwrap_or_default() })
}

/// The error for a stored value that this version never writes. A newer version or manual SQL may have written it.
fn unreadable(what: &str, value: &str) -> patchbay_domain::Error {
    tracing::error!(what, value, "a stored value cannot be read");
    patchbay_domain::Error::internal("STORED_VALUE_UNREADABLE", "Something went wrong on our side.")
}
