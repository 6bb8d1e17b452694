use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const WEBHOOK_PREFIX: &str = "whsec_";
/// Key lengths that Standard Webhooks allows.
const WEBHOOK_KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
const CLIENT_SECRET_DIGITS: usize = 64;

/// A shared secret in both forms: the text that is the key of Sentry's signature and the bytes that are the
/// key of Standard Webhooks. `Debug` prints neither; both are wiped when it is dropped.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    bytes: Zeroizing<Vec<u8>>,
}

/// Why a text is not a valid secret. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// A client secret has exactly 64 characters.
    #[error("a client secret has 64 hexadecimal digits")]
    ClientSecretLength,
    /// A character is not a hexadecimal digit.
    #[error("a client secret has hexadecimal digits only")]
    NotHex,
    /// The prefix `whsec_` is missing.
    #[error("a webhook secret starts with whsec_")]
    Prefix,
    /// The text after `whsec_` is not standard base64 with padding.
    #[error("a webhook secret is base64 behind whsec_")]
    NotBase64,
    /// The key is shorter than 24 or longer than 64 bytes.
    #[error("a webhook secret stands for 24 to 64 bytes")]
    WebhookSecretLength,
}

impl Secret {
    /// Parses a client secret as the settings of an app show it: 64 hexadecimal digits.
    ///
    /// Its case is preserved, because the key of Sentry's signature is the text.
    pub fn from_client_secret(text: &str) -> Result<Self, SecretError> {
        if text.len() != CLIENT_SECRET_DIGITS {
            return Err(SecretError::ClientSecretLength);
        }
        let bytes = Zeroizing::new(hex::decode(text).map_err(|_| SecretError::NotHex)?);
        Ok(Self { text: Zeroizing::new(text.to_owned()), bytes })
    }

    /// Parses `whsec_<base64>`, the form of Standard Webhooks. The client secret is the lower-case
    /// hexadecimal form of its bytes.
    pub fn from_webhook_secret(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(WEBHOOK_PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| SecretError::NotBase64)?);
        if !WEBHOOK_KEY_BYTES.contains(&bytes.len()) {
            return Err(SecretError::WebhookSecretLength);
        }
        Ok(Self { text: Zeroizing::new(hex::encode(bytes.as_slice())), bytes })
    }

    /// The text that is the key of Sentry's signature.
    pub fn client_secret(&self) -> &str {
        &self.text
    }

    /// The same secret as `whsec_<base64>`, for Standard Webhooks libraries.
    pub fn webhook_secret(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(STANDARD.encode(self.bytes.as_slice()));
        Zeroizing::new(format!("{WEBHOOK_PREFIX}{}", encoded.as_str()))
    }

    pub(crate) fn webhook_key(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLIENT_SECRET: &str = "9c1185a5c5e9fc54612808977ee8f548b2258d31a5b3d5b8a3c4e1f0a1b2c3d4";

    #[test]
    fn a_client_secret_is_given_to_standard_webhooks_libraries_as_whsec() {
        let secret = Secret::from_client_secret(CLIENT_SECRET).unwrap();
        assert_eq!(secret.webhook_secret().as_str(), "whsec_nBGFpcXp/FRhKAiXfuj1SLIljTGls9W4o8Th8KGyw9Q=");
    }

    #[test]
    fn each_kind_of_invalid_secret_has_its_own_error() {
        let short = &CLIENT_SECRET[2..];
        let not_hex = CLIENT_SECRET.replace('9', "g");
        assert_eq!(Secret::from_client_secret(short).unwrap_err(), SecretError::ClientSecretLength);
        assert_eq!(Secret::from_client_secret(&not_hex).unwrap_err(), SecretError::NotHex);
        assert_eq!(Secret::from_webhook_secret(CLIENT_SECRET).unwrap_err(), SecretError::Prefix);
        assert_eq!(Secret::from_webhook_secret("whsec_???").unwrap_err(), SecretError::NotBase64);
        assert_eq!(Secret::from_webhook_secret("whsec_AAAA").unwrap_err(), SecretError::WebhookSecretLength);
    }

    #[test]
    fn debug_shows_no_part_of_the_secret() {
        let shown = format!("{:?}", Secret::from_client_secret(CLIENT_SECRET).unwrap());
        assert_eq!(shown, "Secret([redacted])");
    }

    proptest! {
        #[test]
        fn both_forms_lead_back_to_each_other(bytes in prop::array::uniform32(any::<u8>())) {
            let text = hex::encode(bytes);
            let secret = Secret::from_client_secret(&text).unwrap();
            let back = Secret::from_webhook_secret(&secret.webhook_secret()).unwrap();
            prop_assert_eq!(back.client_secret(), text);
        }
    }
}
