//! A sign-in at an OpenID Connect provider.
//!
//! The service stores nothing when a sign-in begins, so that unfinished sign-ins cannot fill the database. It derives the secrets
//! of a sign-in from the returned `state` and the server key. A `state` is recorded as used when the sign-in is finished.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result, SecretBytes, SecretString, token};

use super::code::Hash;
use super::lifetimes;

/// Bytes of a `state`. Every issued one is shorter.
const MAX_STATE: usize = 256;

/// The secrets of one sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OidcSignIn {
    /// Sent to the provider, which returns it with the browser.
    pub(crate) state: SecretString,
    /// Stored in the browser that began the sign-in, so that only this browser can finish it.
    pub(crate) browser: SecretString,
    /// Repeated in the provider's signed ID token.
    pub(crate) nonce: SecretString,
    /// Proves to the provider that the sign-in was begun by the client that exchanges the code (PKCE).
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

    /// Derives the sign-in of this state.
    ///
    /// # Errors
    /// The state is not from this service, belongs to another browser, or has expired.
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
        // Comparing secrets takes constant time.
        let is_ours = expected.state == SecretString::new(state) && expected.browser == *browser;
        if is_ours && now < expires_at { Ok(expected) } else { Err(invalid()) }
    }

    /// Under this hash the state is recorded as used.
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
    fn the_derived_secrets_differ() {
        let begun = OidcSignIn::begin(&key(), &token::generate(), now());
        let all = [&begun.state, &begun.browser, &begun.nonce, &begun.verifier];
        for (n, one) in all.iter().enumerate() {
            assert!(all[..n].iter().all(|other| other != one));
        }
        assert_ne!(begun.hash(), OidcSignIn::begin(&key(), &token::generate(), now()).hash());
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_a_panic(state in any::<String>(), browser in any::<String>()) {
            prop_assert!(!resumes(&state, &SecretString::new(browser), now()));
        }

        #[test]
        fn a_changed_state_is_refused(position in 0..500_usize, byte in 32..127_u8) {
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
