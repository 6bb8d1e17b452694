//! The events of the audit log, with Sentry's names.

use std::fmt;

macro_rules! catalogue {
    ($($variant:ident = $name:literal, $api_name:literal, $note:literal;)*) => {
        /// A change that is recorded in the audit log of an organization.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum AuditEvent {
            $(#[doc = concat!("`", $name, "`: a caller ", $note, " ….")] $variant,)*
        }

        impl AuditEvent {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stored name: `SENTRY_APP_INSTALL`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The name in the REST API: `sentry-app.install`.
            pub const fn api_name(self) -> &'static str {
                match self { $(Self::$variant => $api_name,)* }
            }

            /// The description of the change, to be completed by the label of the target.
            const fn verb(self) -> &'static str {
                match self { $(Self::$variant => $note,)* }
            }
        }
    };
}

catalogue! {
    OrgAdd = "ORG_ADD", "org.create", "created the organization";
    OrgEdit = "ORG_EDIT", "org.edit", "changed the organization";
    MemberAdd = "MEMBER_ADD", "member.add", "added the member";
    MemberInvite = "MEMBER_INVITE", "member.invite", "invited the member";
    MemberAccept = "MEMBER_ACCEPT", "member.accept-invite", "accepted the membership";
    MemberEdit = "MEMBER_EDIT", "member.edit", "changed the member";
    MemberRemove = "MEMBER_REMOVE", "member.remove", "removed the member";
    ProjectAdd = "PROJECT_ADD", "project.create", "started the project";
    ProjectEdit = "PROJECT_EDIT", "project.edit", "changed the project";
    ProjectRemove = "PROJECT_REMOVE", "project.remove", "removed the project";
    RuleAdd = "RULE_ADD", "rule.create", "added the alert rule";
    RuleEdit = "RULE_EDIT", "rule.edit", "changed the alert rule";
    RuleRemove = "RULE_REMOVE", "rule.remove", "removed the alert rule";
    SentryAppAdd = "SENTRY_APP_ADD", "sentry-app.add", "registered the app";
    SentryAppEdit = "SENTRY_APP_EDIT", "sentry-app.edit", "changed the app";
    SentryAppRemove = "SENTRY_APP_REMOVE", "sentry-app.remove", "removed the app";
    SentryAppInstall = "SENTRY_APP_INSTALL", "sentry-app.install", "installed the app";
    SentryAppUninstall = "SENTRY_APP_UNINSTALL", "sentry-app.uninstall", "uninstalled the app";
    SentryAppRotateSecret = "INTEGRATION_ROTATE_CLIENT_SECRET", "integration.rotate-client-secret", "rotated the client secret of the app";
    SentryAppPublishRequest = "SENTRY_APP_PUBLISH_REQUEST", "sentry-app.publish-request", "asked to publish the app";
    SentryAppPublish = "SENTRY_APP_PUBLISH", "sentry-app.publish", "published the app";
    SentryAppPublishReject = "SENTRY_APP_PUBLISH_REJECT", "sentry-app.publish-reject", "refused to publish the app";
    SentryAppDisable = "SENTRY_APP_DISABLE", "sentry-app.disable", "disabled the app";
    SentryAppEnable = "SENTRY_APP_ENABLE", "sentry-app.enable", "enabled the app";
    SentryAppTokenReuse = "SENTRY_APP_TOKEN_REUSE", "sentry-app.token-reuse", "used a refresh token twice, which revoked the tokens of the app";
    SentryAppWebhooksStop = "SENTRY_APP_WEBHOOKS_STOP", "sentry-app.webhooks-stop", "stopped the webhooks of the app";
    SentryAppWebhooksResume = "SENTRY_APP_WEBHOOKS_RESUME", "sentry-app.webhooks-resume", "resumed the webhooks of the app";
    SentryAppWebhooksResend = "SENTRY_APP_WEBHOOKS_RESEND", "sentry-app.webhooks-resend", "sent webhooks of the app again";
    IntegrationAdd = "INTEGRATION_ADD", "integration.add", "installed the integration";
    IntegrationEdit = "INTEGRATION_EDIT", "integration.edit", "changed the integration";
    IntegrationRemove = "INTEGRATION_REMOVE", "integration.remove", "removed the integration";
    IntegrationProjectMappingsUpdate = "INTEGRATION_PROJECT_MAPPINGS_UPDATE", "integration.project-mappings-update", "changed the status mappings of the integration";
    InternalIntegrationAdd = "INTERNAL_INTEGRATION_ADD", "internal-integration.create", "registered the internal integration";
    InternalIntegrationDisabled = "INTERNAL_INTEGRATION_DISABLED", "internal-integration.disable", "disabled the internal integration";
    InternalIntegrationAddToken = "INTERNAL_INTEGRATION_ADD_TOKEN", "internal-integration.add-token", "made a token for the internal integration";
    InternalIntegrationRemoveToken = "INTERNAL_INTEGRATION_REMOVE_TOKEN", "internal-integration.remove-token", "revoked a token of the internal integration";
}

impl AuditEvent {
    /// The event with this stored name or API name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name || event.api_name() == name)
    }

    /// A readable description with the label of the target: `installed the app ACME`.
    pub fn note(self, target_label: &str) -> String {
        format!("{} {target_label}", self.verb()).trim_end().to_owned()
    }
}

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_event_is_found_by_either_of_its_names_and_no_two_share_one() {
        let mut seen = HashSet::new();
        for &event in AuditEvent::ALL {
            for name in [event.name(), event.api_name()] {
                assert!(seen.insert(name), "{name}");
                assert_eq!(AuditEvent::from_name(name), Some(event));
            }
        }
        assert_eq!(AuditEvent::from_name("sentry_app_install"), None);
    }

    #[test]
    fn a_note_reads_as_a_sentence() {
        assert_eq!(AuditEvent::SentryAppInstall.note("ACME"), "installed the app ACME");
        assert_eq!(AuditEvent::OrgEdit.note(""), "changed the organization");
    }
}
