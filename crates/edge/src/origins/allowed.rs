//! The origins that an app lists, parsed once.

use std::collections::HashSet;

use url::Url;

/// An entry is a whole origin, or a host with or without a port, which then holds for every scheme.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    /// As a browser writes them.
    origins: HashSet<String>,
    /// With or without a port.
    hosts: HashSet<String>,
}

impl Allowed {
    pub(super) fn parse(entries: &[String]) -> Self {
        let mut allowed = Self::default();
        for entry in entries {
            let entry = entry.trim_end_matches('/').to_ascii_lowercase();
            match Url::parse(&entry) {
                Ok(url) if entry.contains("://") => allowed.origins.extend(serialized(&url)),
                _ if entry.is_empty() => {}
                _ => drop(allowed.hosts.insert(entry)),
            }
        }
        allowed
    }

    pub(super) fn permits(&self, origin: &str) -> bool {
        // A URL parser would turn other characters into a name that a browser never sends.
        let Some(url) = Url::parse(origin).ok().filter(|_| origin.is_ascii()) else { return false };
        let (Some(host), Some(origin)) = (url.host_str(), serialized(&url)) else { return false };
        let with_port = || url.port().is_some_and(|port| self.hosts.contains(&format!("{host}:{port}")));
        self.origins.contains(&origin) || self.hosts.contains(host) || with_port()
    }
}

/// `scheme://host:port`, without the port that the scheme implies; `None` for an opaque origin, which equals no other.
fn serialized(url: &Url) -> Option<String> {
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_allowed_by_itself_or_by_its_host() {
        let cases = [
            ("https://app.example", "https://app.example", true),
            ("https://app.example", "https://APP.example/", true),
            ("https://app.example:443", "https://app.example", true),
            ("https://app.example:8443", "https://app.example", false),
            ("http://app.example", "https://app.example", false),
            ("http://app.example", "app.example", true),
            ("https://app.example:8443", "app.example", true),
            ("https://app.example:8443", "app.example:8443", true),
            ("https://app.example:8443", "app.example:8444", false),
            ("https://evil-app.example", "app.example", false),
            ("https://app.example.evil.example", "app.example", false),
            ("https://app.example", "", false),
            ("app.example", "app.example", false),
            ("data:text/plain,x", "data:text/plain,x", false),
            ("null", "null", false),
            ("null", "https://null", false),
            ("https://b\u{fc}cher.example", "https://b\u{fc}cher.example", false),
            ("https://xn--bcher-kva.example", "https://b\u{fc}cher.example", true),
            ("https://\u{ff41}pp.example", "app.example", false),
        ];
        for (origin, entry, expected) in cases {
            let allowed = Allowed::parse(&[entry.to_owned()]);
            assert_eq!(allowed.permits(origin), expected, "{origin} by {entry}");
        }
        assert!(!Allowed::parse(&[]).permits("https://app.example"));
    }
}
