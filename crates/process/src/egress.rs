use patchbay_domain::SecretString;
use patchbay_egress::{AllowRule, Egress, EgressBuilder, EgressPolicy};
use patchbay_runtime::Settings;
use patchbay_runtime::connections::is_own_port;

/// Settings of requests to addresses that others choose: webhooks, and calls to trackers.
#[derive(Debug, Clone, Default)]
pub struct EgressSettings {
    /// The addresses that are allowed.
    pub policy: EgressPolicy,
    /// URL of the HTTP proxy; may hold a password.
    pub proxy: Option<SecretString>,
}

impl EgressSettings {
    /// Reads and declares the settings; [`Settings::finish`] reports problems.
    pub fn read(settings: &Settings) -> Self {
        let settings = settings.section("Webhooks");
        let allow: Vec<String> = settings.get(
            "EGRESS_ALLOW",
            "",
            "Host names, addresses and subnets that webhooks may be sent to, and trackers may have, although they are not public, such as `jira.corp.example` or `10.20.0.0/16`; `none` for no exceptions. The ports of Patchbay's own process are refused in any case.",
        );
        let allow = allow.iter().filter_map(|rule| {
            rule.parse::<AllowRule>()
                .inspect_err(|problem| settings.problem(format!("PATCHBAY_EGRESS_ALLOW: {problem}")))
                .ok()
        });
        let policy = EgressPolicy {
            allow: allow.collect(),
            https_only: settings.get(
                "EGRESS_HTTPS_ONLY",
                "false",
                "Refuse to send webhooks to `http` URLs, and to call trackers there.",
            ),
            allow_loopback: false,
        };
        let proxy = settings.secret(
            "EGRESS_PROXY",
            "URL of an HTTP proxy for webhooks and calls to trackers, such as `http://proxy.corp.example:3128`. Patchbay refuses addresses that are not public before it connects. The proxy should refuse them too, because it resolves host names again.",
        );
        Self { policy, proxy }
    }

    /// A builder of a client that refuses this process as a destination.
    ///
    /// # Errors
    /// The URL of the proxy has an unsupported form.
    pub fn builder(&self) -> anyhow::Result<EgressBuilder> {
        let builder = Egress::builder(self.policy.clone()).own_ports(is_own_port);
        match &self.proxy {
            Some(proxy) => builder
                .proxy(proxy.expose())
                .map_err(|error| anyhow::anyhow!("PATCHBAY_EGRESS_PROXY: {error}")),
            None => Ok(builder),
        }
    }

    /// A client with default limits.
    ///
    /// # Errors
    /// See [`EgressSettings::builder`]; or TLS cannot be set up.
    pub fn client(&self) -> anyhow::Result<Egress> {
        Ok(self.builder()?.build()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_that_cannot_be_read_is_a_problem() {
        let settings = Settings::from_pairs([("EGRESS_ALLOW", "not a host")]);
        EgressSettings::read(&settings);
        assert!(settings.finish().is_err());
    }
}
