//! The settings of the gateway.

use std::net::SocketAddr;
use std::time::Duration;

use patchbay_runtime::Settings;
use patchbay_runtime::connections::{Defaults, Limits};
use url::Url;

/// Several hundred people can share the one address of an office. Idle connections outlive those of common proxies (60 seconds),
/// so that a proxy does not send a request on a connection that is being closed.
const CONNECTIONS: Defaults = Defaults { max: "4096", max_per_address: "512", idle: "75s" };

/// Settings of the gateway.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where people and apps reach this deployment; without a path.
    pub public_url: Url,
    /// Requests in flight; more are answered 503.
    pub max_requests: usize,
    pub connections: Limits,
    /// How long a request may take; longer is answered 504.
    pub request_timeout: Duration,
    /// Requests of one user or one installation a minute; 0 for no limit.
    pub caller_limit: u32,
    /// Requests of one address a minute that show no credentials, or wrong ones, or reach no operation; 0 for no limit.
    pub address_limit: u32,
    /// Reverse proxies of the operator in front of the gateway.
    pub proxies: usize,
    /// How long the answer of the token service about a token is reused. Revocations are pushed and take effect at
    /// once; this bounds the time for which a lost one could go unnoticed.
    pub token_cache: Duration,
    /// How long the options of a select field, which come from the app, are reused.
    pub options_cache: Duration,
}

/// Declares and reads where the REST API listens. Apart from [`Config`], because a process that serves more than
/// the gateway binds its ports before it starts anything.
pub fn http_listen(settings: &Settings) -> SocketAddr {
    let meaning = "Address of the REST API; `--listen` of `patchbay up` does the same.";
    settings.section("Gateway").get("HTTP_LISTEN", "127.0.0.1:8080", meaning)
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let public_url: Url = settings.section("General").get(
            "PUBLIC_URL",
            "http://127.0.0.1:8080",
            "Address under which people and apps reach the platform; links in events begin with it.",
        );
        let gateway = settings.section("Gateway");
        let mut config = Self {
            public_url,
            max_requests: gateway.get(
                "GATEWAY_MAX_REQUESTS",
                "1024",
                "Requests in flight; more are answered 503.",
            ),
            connections: Limits::read(&gateway, "GATEWAY", "the REST API", CONNECTIONS),
            request_timeout: gateway.get(
                "GATEWAY_REQUEST_TIMEOUT",
                "15s",
                "How long a request may take; longer is answered 504.",
            ),
            caller_limit: gateway.get(
                "GATEWAY_CALLER_LIMIT",
                "3000",
                "Requests a minute of one user or one installation, which may also come all at once; more are answered 429. 0 for no limit.",
            ),
            address_limit: gateway.get(
                "GATEWAY_ADDRESS_LIMIT",
                "600",
                "Requests a minute without credentials, or with wrong ones, from one address; more are answered 429. Unknown paths and wrong methods count as well, `/healthz` does not, and webhooks of trackers only if they are refused. 0 for no limit.",
            ),
            proxies: gateway.get(
                "GATEWAY_PROXIES",
                "0",
                "Reverse proxies of yours in front of the REST API. So many entries at the end of `X-Forwarded-For` are believed, and `GATEWAY_MAX_CONNECTIONS_PER_ADDRESS` does not apply, since all connections come from the proxies. With 0 behind a proxy, all its clients share `GATEWAY_ADDRESS_LIMIT` and the connections of one address; the log says so once.",
            ),
            token_cache: gateway.get(
                "GATEWAY_TOKEN_CACHE",
                "5s",
                "How long what is known about a token is used without asking again; revocations take effect at once all the same.",
            ),
            options_cache: gateway.get(
                "GATEWAY_OPTIONS_CACHE",
                "10s",
                "How long the options that an app offered for a select field are used without asking it again. 0s for not at all.",
            ),
        };
        if config.proxies > 0 {
            // Every connection comes from a proxy, so their addresses say nothing about clients.
            config.connections.max_per_address = 0;
        }
        if config.max_requests == 0 {
            settings.problem("PATCHBAY_GATEWAY_MAX_REQUESTS must be at least 1");
        }
        if !matches!(config.public_url.scheme(), "http" | "https") {
            settings.problem("PATCHBAY_PUBLIC_URL must start with http:// or https://");
        }
        config
    }

    /// The public URL without a slash at its end, for putting paths behind it.
    pub(crate) fn base_url(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }
}
