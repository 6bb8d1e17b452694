use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::{Choice, ConstantTimeEq};

use crate::{Secret, SigningKey};

/// The default for the allowed difference between a timestamp and the receiver's clock, in both directions.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// More signatures than a rotation needs; further ones in a longer header are ignored.
const MAX_SIGNATURES: usize = 16;

/// Verifies signatures with one or more secrets, in constant time.
#[derive(Debug, Clone)]
pub struct Verifier {
    keys: Vec<SigningKey>,
    tolerance: Duration,
}

/// Why a webhook must not be trusted. Respond with 401 and do nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The id is empty or contains a dot. With a dot, parts of the signed text could be moved between id,
    /// timestamp and body without changing the signature.
    #[error("webhook-id is empty or holds a dot")]
    MalformedId,
    /// The timestamp is not a decimal number of Unix seconds.
    #[error("webhook-timestamp is not unix seconds")]
    MalformedTimestamp,
    /// The message is older than the tolerance and may be a replay.
    #[error("webhook-timestamp is too old")]
    TooOld,
    /// The message is from the future by more than the tolerance; check the clocks.
    #[error("webhook-timestamp is in the future")]
    TooNew,
    /// The header contains no signature of a known version.
    #[error("no signature of a known form")]
    MalformedSignature,
    /// The signature belongs to a different body, id, timestamp or secret.
    #[error("signature does not match")]
    Mismatch,
}

impl Verifier {
    /// Accepts signatures of any of these secrets. Without secrets it accepts nothing.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self { keys: secrets.into_iter().map(SigningKey::new).collect(), tolerance: DEFAULT_TOLERANCE }
    }

    /// Replaces the default tolerance of five minutes.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies the three headers of Standard Webhooks over the received body. `now` is in Unix seconds.
    pub fn standard(
        &self,
        id: &str,
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: i64,
    ) -> Result<(), VerifyError> {
        if id.is_empty() || id.contains('.') {
            return Err(VerifyError::MalformedId);
        }
        self.check_age(timestamp, now)?;
        let given: Vec<[u8; 32]> =
            signature.split(' ').filter_map(standard_signature).take(MAX_SIGNATURES).collect();
        self.any_key_made(&given, |key| key.standard_mac(id, timestamp, body))
    }

    /// Verifies `Sentry-Hook-Signature` (or `Sentry-App-Signature`) over the received body. The signature
    /// does not cover the time, so a replayed message stays valid forever.
    pub fn sentry(&self, signature: &str, body: &[u8]) -> Result<(), VerifyError> {
        let mut given = [0; 32];
        hex::decode_to_slice(signature, &mut given).map_err(|_| VerifyError::MalformedSignature)?;
        self.any_key_made(&[given], |key| key.sentry_mac(body))
    }

    fn check_age(&self, timestamp: &str, now: i64) -> Result<(), VerifyError> {
        if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VerifyError::MalformedTimestamp);
        }
        let sent: i64 = timestamp.parse().map_err(|_| VerifyError::MalformedTimestamp)?;
        let tolerance = i64::try_from(self.tolerance.as_secs()).unwrap_or(i64::MAX);
        if now.saturating_sub(sent) > tolerance {
            return Err(VerifyError::TooOld);
        }
        if sent.saturating_sub(now) > tolerance {
            return Err(VerifyError::TooNew);
        }
        Ok(())
    }

    fn any_key_made(
        &self,
        given: &[[u8; 32]],
        mac: impl Fn(&SigningKey) -> [u8; 32],
    ) -> Result<(), VerifyError> {
        if given.is_empty() {
            return Err(VerifyError::MalformedSignature);
        }
        let mut found = Choice::from(0);
        for key in &self.keys {
            let expected = mac(key);
            for signature in given {
                found |= expected.ct_eq(signature);
            }
        }
        if bool::from(found) { Ok(()) } else { Err(VerifyError::Mismatch) }
    }
}

/// Other versions (`v1a` is asymmetric) may be present and are skipped.
fn standard_signature(entry: &str) -> Option<[u8; 32]> {
    STANDARD.decode(entry.strip_prefix("v1,")?).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signer;
    use proptest::prelude::*;

    const NOW: i64 = 1_700_000_000;
    const BODY: &[u8] = br#"{"action":"created"}"#;

    fn secret(digits: &str) -> Secret {
        Secret::from_client_secret(&digits.repeat(32)).unwrap()
    }

    fn check(id: &str, timestamp: &str, signature: &str, body: &[u8]) -> Result<(), VerifyError> {
        Verifier::new([&secret("ab")]).standard(id, timestamp, signature, body, NOW)
    }

    #[test]
    fn only_the_very_message_that_was_signed_is_accepted() {
        let timestamp = NOW.to_string();
        let earlier = (NOW - 1).to_string();
        let signature = Signer::new(&secret("ab")).standard("msg_1", NOW, BODY);
        let foreign = Signer::new(&secret("cd")).standard("msg_1", NOW, BODY);
        let several = format!("v1a,AAAA v1,short {foreign} {signature}");
        let cases: [(&str, &str, &str, &[u8], _); 10] = [
            ("msg_1", &timestamp, &signature, BODY, Ok(())),
            ("msg_1", &timestamp, &several, BODY, Ok(())),
            ("msg_2", &timestamp, &signature, BODY, Err(VerifyError::Mismatch)),
            ("msg_1", &earlier, &signature, BODY, Err(VerifyError::Mismatch)),
            ("msg_1", &timestamp, &signature, b"{}", Err(VerifyError::Mismatch)),
            ("msg_1", &timestamp, &foreign, BODY, Err(VerifyError::Mismatch)),
            ("msg_1", &timestamp, "", BODY, Err(VerifyError::MalformedSignature)),
            ("msg_1", &timestamp, &signature[3..], BODY, Err(VerifyError::MalformedSignature)),
            ("msg.1", &timestamp, &signature, BODY, Err(VerifyError::MalformedId)),
            ("", &timestamp, &signature, BODY, Err(VerifyError::MalformedId)),
        ];
        for (id, timestamp, signature, body, expected) in cases {
            assert_eq!(check(id, timestamp, signature, body), expected, "{id} {timestamp} {signature}");
        }
    }

    #[test]
    fn a_timestamp_counts_within_five_minutes_both_ways() {
        let cases = [
            (NOW - 300, Ok(())),
            (NOW - 301, Err(VerifyError::TooOld)),
            (NOW + 300, Ok(())),
            (NOW + 301, Err(VerifyError::TooNew)),
            (0, Err(VerifyError::TooOld)),
            (i64::MAX, Err(VerifyError::TooNew)),
        ];
        for (sent, expected) in cases {
            let signature = Signer::new(&secret("ab")).standard("msg_1", sent, BODY);
            assert_eq!(check("msg_1", &sent.to_string(), &signature, BODY), expected, "{sent}");
        }
        for malformed in ["", "soon", "-5", "+1700000000", "1700000000.0", "99999999999999999999"] {
            assert_eq!(
                check("msg_1", malformed, "v1,", BODY),
                Err(VerifyError::MalformedTimestamp),
                "{malformed}"
            );
        }
    }

    #[test]
    fn moving_the_border_between_id_and_timestamp_is_noticed() {
        let signature = Signer::new(&secret("ab")).standard("msg_1", NOW, b"1700000001.x");
        // The signed text is the same: "msg_1.1700000000" + "." + "1700000001" + "." + "x".
        assert_eq!(check("msg_1.1700000000", "1700000001", &signature, b"x"), Err(VerifyError::MalformedId));
    }

    #[test]
    fn either_secret_of_a_rotation_is_accepted() {
        let (old, new) = (secret("ab"), secret("cd"));
        let verifier = Verifier::new([&new, &old]);
        for signer in [Signer::new(&old), Signer::new(&new)] {
            assert_eq!(verifier.sentry(&signer.sentry(BODY), BODY), Ok(()));
            let standard = signer.standard("msg_1", NOW, BODY);
            assert_eq!(verifier.standard("msg_1", &NOW.to_string(), &standard, BODY, NOW), Ok(()));
        }
        // A receiver that only has the old secret accepts a header with signatures of both.
        let both = Signer::new(&new).and_previous(&old).standard("msg_1", NOW, BODY);
        assert_eq!(check("msg_1", &NOW.to_string(), &both, BODY), Ok(()));
    }

    #[test]
    fn without_a_secret_nothing_is_accepted() {
        let signature = Signer::new(&secret("ab")).sentry(BODY);
        assert_eq!(Verifier::new([]).sentry(&signature, BODY), Err(VerifyError::Mismatch));
    }

    #[test]
    fn sentrys_signature_is_exactly_64_hex_digits() {
        let verifier = Verifier::new([&secret("ab")]);
        for malformed in ["", "ab", &"g".repeat(64), &"a".repeat(66)] {
            assert_eq!(verifier.sentry(malformed, BODY), Err(VerifyError::MalformedSignature), "{malformed}");
        }
        assert_eq!(verifier.sentry(&"a".repeat(64), BODY), Err(VerifyError::Mismatch));
    }

    proptest! {
        #[test]
        fn every_signature_is_verified(body: Vec<u8>, id in "[a-zA-Z0-9_-]{1,40}", sent in 0_i64..i64::MAX) {
            let signature = Signer::new(&secret("ab")).standard(&id, sent, &body);
            let verifier = Verifier::new([&secret("ab")]);
            prop_assert_eq!(verifier.standard(&id, &sent.to_string(), &signature, &body, sent), Ok(()));
        }

        #[test]
        fn no_header_makes_the_verifier_panic(id: String, timestamp: String, signature: String, now: i64) {
            let verifier = Verifier::new([&secret("ab")]);
            prop_assert!(verifier.standard(&id, &timestamp, &signature, BODY, now).is_err());
            prop_assert!(verifier.sentry(&signature, BODY).is_err());
        }
    }
}
