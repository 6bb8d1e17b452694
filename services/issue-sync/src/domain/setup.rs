//! The setup of an integration, from step to step.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result};

use super::integration::Sealed;

/// A setup ends this long after its last step.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// The setup of a user.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) user_id: i64,
    pub(crate) organization_id: i64,
    pub(crate) organization_slug: String,
    pub(crate) provider: String,
    /// Position of the step that waits for an answer.
    pub(crate) step: usize,
    /// The names of the steps when it began, joined by commas.
    pub(crate) steps: String,
    pub(crate) nonce: String,
    pub(crate) data: Sealed,
    /// Counts its changes, so that of two answers at once one is refused.
    pub(crate) version: i64,
    pub(crate) expires_at: DateTime<Utc>,
}

/// The setup that a request is for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expected<'a> {
    /// Id of the organization.
    pub(crate) organization_id: Option<i64>,
    /// Key of the provider.
    pub(crate) provider: Option<&'a str>,
}

/// The setup, if it is the one that a request is for and its provider still has these steps.
pub(crate) fn check(
    setup: Option<Setup>,
    expected: Expected<'_>,
    steps: impl FnOnce(&str) -> Option<String>,
    now: DateTime<Utc>,
) -> Result<Setup> {
    let setup = setup.filter(|setup| setup.expires_at > now).ok_or_else(not_found)?;
    let is_other = expected.organization_id.is_some_and(|id| id != setup.organization_id)
        || expected.provider.is_some_and(|provider| provider != setup.provider);
    if is_other || steps(&setup.provider).as_ref() != Some(&setup.steps) {
        return Err(invalid());
    }
    Ok(setup)
}

pub(crate) fn not_found() -> Error {
    Error::not_found("SETUP_NOT_FOUND", "No active pipeline session.")
}

pub(crate) fn invalid() -> Error {
    Error::not_found("SETUP_INVALID", "Invalid pipeline state.")
}

pub(crate) fn provider_required() -> Error {
    Error::invalid("PROVIDER_REQUIRED", "provider is required.")
}

pub(crate) fn unknown_provider(key: &str) -> Error {
    Error::not_found("PROVIDER_NOT_FOUND", format!("Unknown provider: {key}"))
}

pub(crate) fn cannot_add() -> Error {
    Error::invalid("SETUP_REFUSED", "This integration cannot be installed.")
}

pub(crate) fn being_deleted() -> Error {
    Error::conflict(
        "INTEGRATION_BEING_DELETED",
        "The integration is being deleted. Try again in a few minutes.",
    )
}

/// The account at the tracker belongs to another user.
pub(crate) fn identity_taken(provider: &str, product: &str) -> Error {
    Error::invalid(
        "IDENTITY_TAKEN",
        format!(
            "The provided {provider} account is linked to a different {product} user. To continue linking the current \
             {product} user, please use a different {provider} account."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> Setup {
        Setup {
            user_id: 5,
            organization_id: 7,
            organization_slug: "acme".to_owned(),
            provider: "slate".to_owned(),
            step: 0,
            steps: "a,b".to_owned(),
            nonce: String::new(),
            data: Sealed(Vec::new()),
            version: 1,
            expires_at: DateTime::UNIX_EPOCH + LIFETIME,
        }
    }

    fn reason(setup: Option<Setup>, expected: Expected<'_>, steps: &str, now: DateTime<Utc>) -> String {
        let checked = check(setup, expected, |_| Some(steps.to_owned()), now);
        checked.map_or_else(|error| error.reason.into_owned(), |_| "OK".to_owned())
    }

    #[test]
    fn a_setup_is_for_one_organization_and_one_provider() {
        let now = DateTime::UNIX_EPOCH;
        let expected = Expected { organization_id: Some(7), provider: Some("slate") };
        assert_eq!(reason(Some(setup()), expected, "a,b", now), "OK");
        assert_eq!(reason(Some(setup()), Expected::default(), "a,b", now), "OK");
        let other = Expected { organization_id: Some(8), ..expected };
        assert_eq!(reason(Some(setup()), other, "a,b", now), "SETUP_INVALID");
        let other = Expected { provider: Some("x"), ..expected };
        assert_eq!(reason(Some(setup()), other, "a,b", now), "SETUP_INVALID");
        assert_eq!(reason(Some(setup()), expected, "a", now), "SETUP_INVALID", "the steps changed");
    }

    #[test]
    fn a_setup_ends_after_its_lifetime() {
        let (now, expected) = (DateTime::UNIX_EPOCH + LIFETIME, Expected::default());
        assert_eq!(reason(Some(setup()), expected, "a,b", now), "SETUP_NOT_FOUND");
        assert_eq!(reason(None, expected, "a,b", DateTime::UNIX_EPOCH), "SETUP_NOT_FOUND");
    }
}
