use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use url::Host;

/// Exceptions from the rule that an [`Egress`](crate::Egress) only sends to public addresses. None by
/// default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    /// Allows `127.0.0.0/8` and `::1`, for development and tests.
    pub allow_loopback: bool,
    /// Internal hosts and networks that may be reached.
    pub allow: Vec<AllowRule>,
    /// Refuses `http` URLs.
    pub https_only: bool,
}

/// An exception from the rule that only public addresses are connected to. Parsed from a host name
/// (`jira.corp.example`), an address (`10.20.3.4`) or a network (`10.20.0.0/16`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowRule {
    /// This host name, whatever it resolves to. The owner of its DNS entry is trusted.
    Host(String),
    /// Every address in this network, for any host name.
    Subnet(IpNet),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a host name nor an address nor a network such as 10.20.0.0/16")]
pub struct AllowRuleError(String);

impl AllowRule {
    pub(crate) fn covers(&self, host: &str, address: IpAddr) -> bool {
        match self {
            Self::Host(allowed) => without_root_dot(allowed).eq_ignore_ascii_case(without_root_dot(host)),
            Self::Subnet(net) => net.contains(&address),
        }
    }
}

impl FromStr for AllowRule {
    type Err = AllowRuleError;

    fn from_str(text: &str) -> Result<Self, AllowRuleError> {
        if let Ok(net) = text.parse::<IpNet>() {
            return Ok(Self::Subnet(net.trunc()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Subnet(address.into()));
        }
        // The parser of URLs, so that international names have the same spelling on both sides.
        match Host::parse(text) {
            Ok(Host::Domain(name)) if !name.contains('*') => {
                Ok(Self::Host(without_root_dot(&name).to_owned()))
            }
            Ok(Host::Ipv4(address)) => Ok(Self::Subnet(IpAddr::from(address).into())),
            Ok(Host::Ipv6(address)) => Ok(Self::Subnet(IpAddr::from(address).into())),
            _ => Err(AllowRuleError(text.to_owned())),
        }
    }
}

impl fmt::Display for AllowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => f.write_str(name),
            Self::Subnet(net) => net.fmt(f),
        }
    }
}

/// `example.org.` and `example.org` are the same host.
fn without_root_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_name_an_address_or_a_network() {
        let cases = [
            ("jira.corp.example", "jira.corp.example"),
            ("JIRA.Corp.Example.", "jira.corp.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("10.20.3.4", "10.20.3.4/32"),
            ("10.20.3.4/16", "10.20.0.0/16"),
            ("fd00::/8", "fd00::/8"),
            ("::1", "::1/128"),
            ("[::1]", "::1/128"),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<AllowRule>().unwrap().to_string(), expected, "{text}");
        }
        for text in
            ["", "*.corp.example", "10.20.0.0/33", "a b", "http://jira.corp.example", "jira.corp.example:80"]
        {
            assert_eq!(text.parse::<AllowRule>(), Err(AllowRuleError(text.to_owned())));
        }
    }
}
