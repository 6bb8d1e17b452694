//! SQL in, domain types out.

pub(crate) mod comment_copies;
pub(crate) mod external_actors;
pub(crate) mod external_issues;
pub(crate) mod form_defaults;
pub(crate) mod health;
pub(crate) mod identities;
pub(crate) mod inbound;
pub(crate) mod integrations;
pub(crate) mod link_claims;
pub(crate) mod links;
pub(crate) mod organization_integrations;
pub(crate) mod outbound;
pub(crate) mod pauses;
pub(crate) mod removal;
pub(crate) mod sealed_values;
pub(crate) mod setups;
pub(crate) mod status_mappings;
pub(crate) mod ticket_records;

/// The error for a stored value that this version never writes. A newer version or manual SQL may have written it.
fn unreadable(what: &str, value: &str) -> patchbay_domain::Error {
    tracing::error!(what, value, "a stored value cannot be read");
    patchbay_domain::Error::internal("STORED_VALUE_UNREADABLE", "Something went wrong on our side.")
}
