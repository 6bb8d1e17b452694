use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret;

pub(crate) type HmacSha256 = Hmac<Sha256>;

/// One secret, ready to sign. The HMAC states of both schemes already contain the key, so signing a message
/// copies a state and does not hash the key.
#[derive(Clone)]
pub struct SigningKey {
    sentry: HmacSha256,
    standard: HmacSha256,
}

impl SigningKey {
    pub fn new(secret: &Secret) -> Self {
        Self { sentry: keyed(secret.client_secret().as_bytes()), standard: keyed(secret.webhook_key()) }
    }

    /// Lower-case hexadecimal, for `Sentry-Hook-Signature`; over the empty body for a GET with
    /// `Sentry-App-Signature`.
    pub fn sentry(&self, body: &[u8]) -> String {
        hex::encode(self.sentry_mac(body))
    }

    /// `v1,<base64>` for `webhook-signature`. `timestamp` is in Unix seconds. `id` must not contain a dot
    /// (verifiers refuse it, see [`crate::VerifyError::MalformedId`]).
    pub fn standard(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.standard_mac(id, &timestamp.to_string(), body)))
    }

    pub(crate) fn sentry_mac(&self, body: &[u8]) -> [u8; 32] {
        let mut mac = self.sentry.clone();
        mac.update(body);
        mac.finalize().into_bytes().into()
    }

    pub(crate) fn standard_mac(&self, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
        let mut mac = self.standard.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([redacted])")
    }
}

/// Signs with the newest secret and, during a rotation, also with previous ones.
///
/// Create one per app and keep it: signing needs only `&self`.
#[derive(Debug, Clone)]
pub struct Signer {
    newest: SigningKey,
    previous: Vec<SigningKey>,
}

impl Signer {
    /// Signs with one secret.
    pub fn new(newest: &Secret) -> Self {
        Self { newest: SigningKey::new(newest), previous: Vec::new() }
    }

    /// Also signs with an older secret, after those that were added before.
    #[must_use]
    pub fn and_previous(mut self, older: &Secret) -> Self {
        self.previous.push(SigningKey::new(older));
        self
    }

    /// The value of `Sentry-Hook-Signature` and `Sentry-App-Signature`. The header has room for one
    /// signature, which is that of the newest key.
    pub fn sentry(&self, body: &[u8]) -> String {
        self.newest.sentry(body)
    }

    /// The value of `webhook-signature`: one `v1,<base64>` per key, newest first, separated by spaces.
    /// `timestamp` is in Unix seconds; `id` must not contain a dot.
    pub fn standard(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut value = self.newest.standard(id, timestamp, body);
        for key in &self.previous {
            value.push(' ');
            value.push_str(&key.standard(id, timestamp, body));
        }
        value
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length; the error cannot happen")]
fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    // Computed with Python's hmac module.
    const CLIENT_SECRET: &str = "9c1185a5c5e9fc54612808977ee8f548b2258d31a5b3d5b8a3c4e1f0a1b2c3d4";
    const BODY: &str = "{\"action\":\"created\",\"data\":{\"name\":\"Zoë – 日本\"},\"installation\":{\"uuid\":\
        \"a8e5d37a-696c-4c54-adb5-b3f28d64c7de\"},\"actor\":{\"type\":\"user\",\"id\":1,\"name\":\"Jane\"}}";

    fn secret() -> Secret {
        Secret::from_client_secret(CLIENT_SECRET).unwrap()
    }

    #[test]
    fn sentrys_signature_is_keyed_with_the_text_of_the_client_secret() {
        let cases = [
            (BODY, "cff136be9e1bb8361ed53cba73675b513b8dcecb4d00dfa306464ef981469432"),
            ("", "3c62b4f86fa51dc66419b95c200a840338d55d6c02ffe642c4a1790e1cda8a69"),
        ];
        for (body, expected) in cases {
            assert_eq!(Signer::new(&secret()).sentry(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn the_standard_signature_is_keyed_with_the_bytes_behind_the_hex() {
        let signed = Signer::new(&secret()).standard(
            "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
            1_674_087_231,
            BODY.as_bytes(),
        );
        assert_eq!(signed, "v1,jW1QsgmQE8+XOaNwgE9l6MLqv8rBoxueT9uwzl+AC9E=");
    }

    #[test]
    fn the_public_vector_of_standard_webhooks_is_met() {
        let secret = Secret::from_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = Signer::new(&secret).standard(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn during_a_rotation_the_newest_key_comes_first_and_alone_in_sentrys_header() {
        let old = Secret::from_client_secret(&"ab".repeat(32)).unwrap();
        let (newest, both) = (Signer::new(&secret()), Signer::new(&secret()).and_previous(&old));
        let expected =
            format!("{} {}", newest.standard("m", 7, b"x"), Signer::new(&old).standard("m", 7, b"x"));
        assert_eq!(both.standard("m", 7, b"x"), expected);
        assert_eq!(both.sentry(b"x"), newest.sentry(b"x"));
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", Signer::new(&secret()));
        assert_eq!(shown, "Signer { newest: SigningKey([redacted]), previous: [] }");
    }
}
