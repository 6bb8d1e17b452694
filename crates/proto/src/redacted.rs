//! `Debug` of messages with a field marked `debug_redact` in the proto: the name of the message and nothing else.

include!(concat!(env!("OUT_DIR"), "/redacted.rs"));

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    /// Fields by these names hold a credential.
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

    /// The header values in it are masked already.
    const MASKED: &str = "patchbay.installation.v1.App";

    #[test]
    fn a_message_with_a_field_named_like_a_credential_prints_its_name_only() {
        let set = FileDescriptorSet::decode(crate::FILE_DESCRIPTOR_SET).unwrap();
        let generated = include_str!(concat!(env!("OUT_DIR"), "/redacted.rs"));
        for file in set.file.iter().filter(|file| file.package().starts_with("patchbay.")) {
            for message in &file.message_type {
                let name = format!("{}.{}", file.package(), message.name());
                let secret = message.field.iter().find(|field| SECRET_FIELDS.contains(&field.name()));
                if let Some(field) = secret.filter(|_| name != MASKED) {
                    let text = format!("\"{name} [redacted]\"");
                    assert!(generated.contains(&text), "{name}.{} is not marked debug_redact", field.name());
                }
            }
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let pair = crate::auth_token::TokenPair { token: "hunter2".into(), ..Default::default() };
        assert_eq!(format!("{pair:?}"), "patchbay.auth_token.v1.TokenPair [redacted]");
        let grant = crate::installation::authorize_request::Grant::Code("hunter2".into());
        assert_eq!(format!("{grant:?}"), "patchbay.installation.v1.AuthorizeRequest.grant [redacted]");
    }
}
