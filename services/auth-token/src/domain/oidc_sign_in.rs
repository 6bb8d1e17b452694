//! A sign-in at an OpenID Connect provider, from its beginning to its end.
//!
//! Nothing is kept in between, so that nobody can fill the database by beginning: what has to be known at the end is derived
//! from the `state` that comes back and the server key. That a state is used once is seen to at the end.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result, SecretBytes, SecretString, token};

use super::code::Hash;
use super::lifetimes;

/// Longer than any state of ours.
const MAX_STATE: usize = 256;

/// What belongs to one sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OidcSignIn {
    /// Goes to the provider and comes back.
    pub(crate) state: SecretString,
    /// Stays with the browser, so that nobody can have somebody else finish what they have begun.
    pub(crate) browser: SecretString,
    /// Comes back in the provider's signed answer.
    pub(crate) nonce: SecretString,
    /// Proves to the provider that whoever exchanges the code has begun the sign-in (PKCE).
    pub(crate) verifier: SecretString,
    pub(crate) expires_at: DateTime<Utc>,
}

impl OidcSignIn {
    /// `random` is a fresh random secret.
    pub(crate) fn begin(key: &SecretBytes, random: &SecretString, now: DateTime<Utc>) -> Self {
        let expires_at = now + lifetimes::OIDC_SIGN_IN;
        let signed = format!("{}-{}", expires_at.timestamp(), random.expose());
        Self::of(key, &signed, expires_at)
    }

    /// The sign-in that this state belongs to, if this browser has begun it and it is not too late.
    pub(crate) fn resume(
        key: &SecretBytes,
        state: &str,
        browser: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let (signed, _) = state.rsplit_once('-').filter(|_| state.len() <= MAX_STATE).ok_or_else(invalid)?;
        let seconds = signed.split('-').next().and_then(|text| text.parse().ok()).ok_or_else(invalid)?;
        let expires_at = DateTime::from_timestamp(seconds, 0).ok_or_else(invalid)?;
        let expected = Self::of(key, signed, expires_at);
        // Both compare in the same time wherever they differ.
        let is_ours = expected.state == SecretString::new(state) && expected.browser == *browser;
        if is_ours && now < expires_at { Ok(expected) } else { Err(invalid()) }
    }

    /// Under which it is remembered that the state has been used.
    pub(crate) fn hash(&self) -> Hash {
        token::hash(&format!("oidc {}", self.state.expose()))
    }

    fn of(key: &SecretBytes, signed: &str, expires_at: DateTime<Utc>) -> Self {
        let derive = |purpose| token::derive(key, purpose, signed.as_bytes());
        Self {
            state: SecretString::new(format!("{signed}-{}", derive("oidc state").expose())),
            browser: derive("oidc browser"),
            nonce: derive("oidc nonce"),
            verifier: derive("oidc verifier"),
            expires_at,
        }
    }
}

pub(crate) fn invalid() -> Error {
    Error::unauthenticated("OIDC_STATE_INVALID", "This sign-in was not begun here, or is over.")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn key() -> SecretBytes {
        SecretBytes::new(*b"0123456789abcdef")
    }

    fn resumes(state: &str, browser: &SecretString, at: DateTime<Utc>) -> bool {
        OidcSignIn::resume(&key(), state, browser, at).is_ok()
    }

    #[test]
    fn a_sign_in_is_resumed_by_its_browser_in_time() {
        let begun = OidcSignIn::begin(&key(), &token::generate(), now());
        let late = now() + lifetimes::OIDC_SIGN_IN;
        let resumed =
            OidcSignIn::resume(&key(), begun.state.expose(), &begun.browser, late - TimeDelta::seconds(1));
        assert_eq!(resumed, Ok(begun.clone()));
        assert!(!resumes(begun.state.expose(), &begun.browser, late));
        let other = OidcSignIn::begin(&key(), &token::generate(), now());
        assert!(!resumes(begun.state.expose(), &other.browser, now()));
        assert!(!resumes(other.state.expose(), &begun.browser, now()));
        assert!(!resumes(begun.state.expose(), &SecretString::new(""), now()));
        let another_key = SecretBytes::new(*b"fedcba9876543210");
        assert!(OidcSignIn::resume(&another_key, begun.state.expose(), &begun.browser, now()).is_err());
    }

    #[test]
    fn what_is_derived_differs() {
        let begun = OidcSignIn::begin(&key(), &token::generate(), now());
        let all = [&begun.state, &begun.browser, &begun.nonce, &begun.verifier];
        for (n, one) in all.iter().enumerate() {
            assert!(all[..n].iter().all(|other| other != one));
        }
        assert_ne!(begun.hash(), OidcSignIn::begin(&key(), &token::generate(), now()).hash());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_stumble(state in any::<String>(), browser in any::<String>()) {
            prop_assert!(!resumes(&state, &SecretString::new(browser), now()));
        }

        #[test]
        fn a_state_that_was_tampered_with_is_none(position in 0..500_usize, byte in 32..127_u8) {
            let begun = OidcSignIn::begin(&key(), &token::generate(), now());
            let mut bytes = begun.state.expose().as_bytes().to_vec();
            let position = position % bytes.len();
            prop_assume!(bytes[position] != byte);
            bytes[position] = byte;
            let state = String::from_utf8(bytes).unwrap();
            prop_assert!(!resumes(&state, &begun.browser, now()));
        }
    }
}
