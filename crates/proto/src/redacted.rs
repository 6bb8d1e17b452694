//! Messages with tokens, codes or secrets print only their name, so that no secret reaches a log through
//! `{:?}`.

use std::fmt;

macro_rules! redacted {
    ($($message:path),* $(,)?) => {
        $(impl fmt::Debug for $message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($message), " [redacted]"))
            }
        })*

        #[cfg(test)]
        const REDACTED: &[&str] = &[$(stringify!($message)),*];
    };
}

redacted! {
    crate::auth_token::Grant,
    crate::auth_token::ExchangeRequest,
    crate::auth_token::RefreshRequest,
    crate::auth_token::TokenPair,
    crate::auth_token::IntrospectRequest,
    crate::auth_token::SignInLink,
    crate::auth_token::RedeemSignInLinkRequest,
    crate::auth_token::Session,
    crate::auth_token::EndSessionRequest,
    crate::auth_token::OidcSignIn,
    crate::auth_token::FinishOidcSignInRequest,
    crate::installation::Installation,
    crate::installation::InitialToken,
    crate::installation::AppToken,
    crate::installation::OwnerView,
    crate::installation::Endpoint,
    crate::installation::ClientCertificate,
    crate::installation::RotateSecretResponse,
    crate::installation::UpdateAppRequest,
    crate::installation::Authorization,
    crate::installation::AuthorizeRequest,
    crate::installation::authorize_request::Grant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use prost_types::FileDescriptorSet;

    /// Names of fields that contain secrets.
    const SECRET_FIELDS: [&str; 12] = [
        "token",
        "refresh_token",
        "code",
        "secret",
        "assertion",
        "browser_secret",
        "client_secret",
        "client_secrets",
        "webhook_secret",
        "private_key_pem",
        "webhook_headers",
        "password",
    ];

    /// Messages in which such a field is not secret: the values are masked, or the field contains what the
    /// maker of an app supplies.
    const HARMLESS: [&str; 2] = ["crate::installation::App", "crate::installation::CreateAppRequest"];

    #[test]
    fn every_message_with_a_secret_is_redacted() {
        let set = FileDescriptorSet::decode(crate::FILE_DESCRIPTOR_SET).unwrap();
        for file in set.file.iter().filter(|file| file.package().starts_with("patchbay.")) {
            let module = file.package().split('.').nth(1).unwrap();
            for message in &file.message_type {
                let path = format!("crate::{module}::{}", message.name());
                let secret = message.field.iter().find(|field| SECRET_FIELDS.contains(&field.name()));
                if let Some(field) = secret.filter(|_| !HARMLESS.contains(&path.as_str())) {
                    assert!(REDACTED.contains(&path.as_str()), "{path} prints its field {}", field.name());
                }
            }
        }
    }

    #[test]
    fn a_token_does_not_print() {
        let pair = crate::auth_token::TokenPair { token: "hunter2".into(), ..Default::default() };
        assert_eq!(format!("{pair:?}"), "crate::auth_token::TokenPair [redacted]");
    }
}
