use patchbay_domain::SecretString;
use patchbay_egress::{AllowRule, EgressPolicy};
use patchbay_runtime::Settings;
use url::Url;

/// Settings of the issue-sync service.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses that trackers may have.
    pub egress: EgressPolicy,
    /// URL of the HTTP proxy; may hold a password.
    pub egress_proxy: Option<SecretString>,
    /// Public URL of the platform; webhook URLs at trackers start with it.
    pub public_url: Url,
    /// Name of the product in texts.
    pub product: String,
    /// Changes of one integration that may wait.
    pub inbound_limit: u32,
}

impl Config {
    /// Reads and declares the settings; [`Settings::finish`] reports problems.
    pub fn read(settings: &Settings) -> Self {
        let public_url = settings.section("General").get(
            "PUBLIC_URL",
            "http://127.0.0.1:8080",
            "Address under which people and apps reach the platform; links in events begin with it.",
        );
        // The same settings as those of webhooks, in the same words.
        let webhooks = settings.section("Webhooks");
        let egress = egress(&webhooks);
        let egress_proxy = webhooks.secret(
            "EGRESS_PROXY",
            "URL of an HTTP proxy for webhooks, such as `http://proxy.corp.example:3128`. Patchbay refuses addresses that are not public before it connects. The proxy should refuse them too, because it resolves host names again.",
        );
        let settings = settings.section("Integrations with trackers");
        Self {
            egress,
            egress_proxy,
            public_url,
            product: settings.get(
                "PRODUCT_NAME",
                "Sentry",
                "What the product is called in texts that people see at trackers and in the settings of integrations.",
            ),
            inbound_limit: settings.get(
                "INBOUND_QUEUE",
                "10000",
                "Changes of one integration that may wait until they are applied. A tracker that sends more gets the status 429.",
            ),
        }
    }
}

fn egress(settings: &Settings) -> EgressPolicy {
    let allow: Vec<String> = settings.get(
        "EGRESS_ALLOW",
        "",
        "Host names, addresses and subnets that webhooks may be sent to although they are not public, such as `jira.corp.example` or `10.20.0.0/16`; `none` for no exceptions. The ports of Patchbay's own process are refused in any case.",
    );
    let allow = allow.iter().filter_map(|rule| {
        rule.parse::<AllowRule>()
            .inspect_err(|problem| settings.problem(format!("PATCHBAY_EGRESS_ALLOW: {problem}")))
            .ok()
    });
    EgressPolicy {
        allow: allow.collect(),
        https_only: settings.get("EGRESS_HTTPS_ONLY", "false", "Refuse to send webhooks to `http` URLs."),
        allow_loopback: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_settings_are_optional() {
        let settings = Settings::from_pairs([("", ""); 0]);
        let config = Config::read(&settings);
        assert_eq!((config.product.as_str(), config.inbound_limit), ("Sentry", 10_000));
        settings.finish().unwrap();
    }

    #[test]
    fn an_exception_that_cannot_be_read_is_a_problem() {
        let settings = Settings::from_pairs([("EGRESS_ALLOW", "not a host")]);
        Config::read(&settings);
        assert!(settings.finish().is_err());
    }
}
