//! Grants: the one-time code of a new installation.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result, SecretBytes, SecretString, token};
use uuid::Uuid;

use super::code::Hash;
use super::lifetimes;

/// A grant as it is stored: without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The code is derived from it.
    pub(crate) id: Uuid,
    pub(crate) installation: Uuid,
    pub(crate) app_id: i64,
    pub(crate) organization_id: i64,
    pub(crate) code_hash: Hash,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Grant {
    /// A new grant and its code.
    pub(crate) fn new(
        key: &SecretBytes,
        id: Uuid,
        (installation, app_id, organization_id): (Uuid, i64, i64),
        now: DateTime<Utc>,
    ) -> (Self, SecretString) {
        let code = derive(key, id);
        let code_hash = token::hash(code.expose());
        let expires_at = now + lifetimes::GRANT;
        (Self { id, installation, app_id, organization_id, code_hash, expires_at }, code)
    }

    /// Derives the code again; `None` when it was derived from another key.
    pub(crate) fn code(&self, key: &SecretBytes) -> Option<SecretString> {
        let code = derive(key, self.id);
        (token::hash(code.expose()) == self.code_hash).then_some(code)
    }

    pub(crate) fn is_live(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }

    /// Whether a request for a grant of this installation is answered with this one.
    pub(crate) fn serves(&self, app_id: i64, organization_id: i64, now: DateTime<Utc>) -> bool {
        self.is_live(now) && self.app_id == app_id && self.organization_id == organization_id
    }
}

fn derive(key: &SecretBytes, id: Uuid) -> SecretString {
    token::derive(key, "grant", id.as_bytes())
}

/// Returns the grant found for a code if this app may exchange it for this installation.
///
/// The order of the checks is Sentry's: a foreign grant is refused as foreign also when it has expired.
pub(crate) fn exchangeable(
    found: Option<Grant>,
    installation: Uuid,
    app_id: i64,
    now: DateTime<Utc>,
) -> Result<Grant> {
    let grant = found.ok_or_else(not_found)?;
    if grant.installation != installation || grant.app_id != app_id {
        return Err(Error::unauthenticated("GRANT_FORBIDDEN", "Forbidden grant"));
    }
    if !grant.is_live(now) {
        return Err(Error::unauthenticated("GRANT_EXPIRED", "Grant has already expired"));
    }
    Ok(grant)
}

/// The refusal of an unknown code.
pub(crate) fn not_found() -> Error {
    Error::unauthenticated("GRANT_NOT_FOUND", "Could not find grant for given code")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const INSTALLATION: Uuid = Uuid::from_u128(1);

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn key() -> SecretBytes {
        SecretBytes::new(*b"0123456789abcdef")
    }

    fn grant() -> (Grant, SecretString) {
        Grant::new(&key(), Uuid::from_u128(9), (INSTALLATION, 5, 7), now())
    }

    #[test]
    fn only_the_own_installation_exchanges_a_grant_before_it_expires() {
        let (grant, _) = grant();
        let late = now() + lifetimes::GRANT;
        let in_time = late - TimeDelta::microseconds(1);
        let other = Uuid::from_u128(2);
        let cases = [
            (Some(grant.clone()), INSTALLATION, 5, now(), None),
            (Some(grant.clone()), INSTALLATION, 5, in_time, None),
            (Some(grant.clone()), INSTALLATION, 5, late, Some("GRANT_EXPIRED")),
            (Some(grant.clone()), other, 5, now(), Some("GRANT_FORBIDDEN")),
            (Some(grant.clone()), INSTALLATION, 6, now(), Some("GRANT_FORBIDDEN")),
            (Some(grant.clone()), other, 5, late, Some("GRANT_FORBIDDEN")),
            (None, INSTALLATION, 5, now(), Some("GRANT_NOT_FOUND")),
        ];
        for (found, installation, app_id, at, refused) in cases {
            let outcome = exchangeable(found, installation, app_id, at);
            let reason = outcome.as_ref().err().map(|error| error.reason.as_ref());
            assert_eq!(reason, refused, "{installation} {app_id} {at}");
        }
    }

    #[test]
    fn the_code_is_derived_again_with_the_same_key_only() {
        let (grant, code) = grant();
        assert_eq!(grant.code(&key()), Some(code));
        assert_eq!(grant.code(&SecretBytes::new(*b"another key here")), None);
    }

    #[test]
    fn a_grant_serves_its_app_and_organization_until_it_expires() {
        let (grant, _) = grant();
        assert!(grant.serves(5, 7, now()));
        assert!(!grant.serves(6, 7, now()));
        assert!(!grant.serves(5, 8, now()));
        assert!(!grant.serves(5, 7, grant.expires_at));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Create,
        Exchange { app_id: i64 },
        Wait(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Create),
            (5..7_i64).prop_map(|app_id| Step::Exchange { app_id }),
            (0..700_i64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        /// Models the service: at most one stored grant, replaced when it no longer serves, deleted when exchanged.
        #[test]
        fn a_code_yields_at_most_one_token_and_none_after_it_expires(steps in prop::collection::vec(step(), 1..60)) {
            let (mut at, mut stored, mut made) = (now(), None::<Grant>, 0_u128);
            let mut exchanged = std::collections::HashSet::new();
            for step in steps {
                match step {
                    Step::Wait(seconds) => at += TimeDelta::seconds(seconds),
                    Step::Create => {
                        if stored.as_ref().is_none_or(|grant| !grant.serves(5, 7, at)) {
                            made += 1;
                            stored = Some(Grant::new(&key(), Uuid::from_u128(made), (INSTALLATION, 5, 7), at).0);
                        }
                        prop_assert!(stored.as_ref().is_some_and(|grant| grant.is_live(at)));
                    }
                    Step::Exchange { app_id } => {
                        if let Ok(grant) = exchangeable(stored.clone(), INSTALLATION, app_id, at) {
                            prop_assert_eq!(app_id, 5);
                            prop_assert!(at < grant.expires_at);
                            prop_assert!(exchanged.insert(grant.code_hash), "exchanged twice");
                            stored = None;
                        }
                    }
                }
            }
        }
    }
}
