//! Refreshing with an app's signed assertion, for an app that has lost its refresh token.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result, token};

use super::code::Hash;
use super::stored_token::{InstallationHolder, StoredToken};

/// A used assertion is recorded for at most this time. The services that verify assertions accept none that expires later.
const MEMORY: TimeDelta = TimeDelta::days(2);

/// Under this hash an assertion is recorded as used.
pub(crate) fn assertion_hash(app_id: i64, id: &str) -> Hash {
    token::hash(&format!("assertion {app_id} {id}"))
}

/// Refuses an assertion that would outlive its record.
pub(crate) fn check_end(ends_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if ends_at - now <= MEMORY {
        return Ok(());
    }
    Err(Error::field("assertion_ends_at", "Must be within two days."))
}

/// Returns the token to replace: `current`, if it is still the token whose id was `seen` when the request arrived. If it is
/// not, another request has replaced it in between, and this one must not invalidate the response to that request.
pub(crate) fn decide(
    seen: Option<i64>,
    current: Option<StoredToken>,
    app_id: i64,
) -> Result<(StoredToken, InstallationHolder)> {
    let Some(seen) = seen else {
        return Err(Error::unauthenticated("NO_TOKEN", "Installation does not have a token"));
    };
    let current = current.filter(|token| token.id == seen);
    let holder = current.as_ref().and_then(StoredToken::installation);
    match (current, holder) {
        (Some(token), Some(holder)) if holder.app_id == app_id => Ok((token, holder)),
        _ => Err(Error::conflict("ALREADY_REFRESHED", "Token was already refreshed")),
    }
}

pub(crate) fn already_used() -> Error {
    Error::unauthenticated("ASSERTION_USED", "JWT has already been used")
}

pub(crate) fn in_progress() -> Error {
    Error::conflict("REFRESH_IN_PROGRESS", "Token refresh already in progress")
}

#[cfg(test)]
mod tests {
    use patchbay_domain::SecretString;
    use uuid::Uuid;

    use super::*;
    use crate::domain::pair::{Issued, Pair, Span};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn token(id: i64) -> Option<StoredToken> {
        let holder = InstallationHolder { installation: Uuid::from_u128(1), app_id: 5, organization_id: 7 };
        let span = Span { from: now(), to: Some(now()) };
        let pair = Pair { access: SecretString::new("access"), refresh: SecretString::new("refresh") };
        Some(Issued::refreshable(id, holder, Uuid::from_u128(2), pair, Vec::new(), span).token)
    }

    #[test]
    fn only_the_token_that_was_seen_is_replaced() {
        let cases = [
            (None, None, 5, "NO_TOKEN"),
            (None, token(1), 5, "NO_TOKEN"),
            (Some(1), token(1), 5, "replaced"),
            (Some(1), token(2), 5, "ALREADY_REFRESHED"),
            (Some(1), None, 5, "ALREADY_REFRESHED"),
            (Some(1), token(1), 6, "ALREADY_REFRESHED"),
        ];
        for (seen, current, app_id, expected) in cases {
            let found = decide(seen, current, app_id);
            let found = found.map_or_else(|error| error.reason.into_owned(), |_| "replaced".to_owned());
            assert_eq!(found, expected, "{seen:?} {app_id}");
        }
    }

    #[test]
    fn an_assertion_is_recorded_by_app_and_id() {
        assert_eq!(assertion_hash(5, "a"), assertion_hash(5, "a"));
        assert_ne!(assertion_hash(5, "a"), assertion_hash(6, "a"));
        assert_ne!(assertion_hash(5, "1 a"), assertion_hash(51, " a"));
    }

    #[test]
    fn an_assertion_that_expires_too_late_is_refused() {
        assert!(check_end(now() + TimeDelta::days(2), now()).is_ok());
        assert!(check_end(now() + TimeDelta::days(3), now()).is_err());
        assert!(check_end(DateTime::<Utc>::MAX_UTC, now()).is_err());
    }
}
