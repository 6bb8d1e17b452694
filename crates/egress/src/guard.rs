use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use crate::address::{embedded_v4, forbidden};
use crate::policy::EgressPolicy;

/// Capacity of the set of logged exceptions. When it is full, the oldest entry is removed and logged again at
/// its next use.
const REMEMBERED_HOSTS: usize = 1024;

/// The decision of the policy about a host and all of its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Public,
    /// An address is not public but allowed by this rule.
    Exception(String),
    /// This address is not public, for this reason, and no rule allows it.
    Forbidden(IpAddr, &'static str),
}

/// The request was refused before anything was sent. The address is only logged: in an error message it would
/// reveal the internal network to the person who entered the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the destination is not a public address")]
pub(crate) struct Blocked;

/// Applies the policy and logs its decisions.
#[derive(Debug)]
pub(crate) struct Guard {
    policy: EgressPolicy,
    own_ports: OwnPorts,
    logged: Mutex<HashSet<String>>,
}

/// Whether this process listens on a port.
pub(crate) type OwnPorts = fn(u16) -> bool;

impl Guard {
    pub(crate) fn new(policy: EgressPolicy, own_ports: OwnPorts) -> Self {
        Self { policy, own_ports, logged: Mutex::default() }
    }

    pub(crate) fn https_only(&self) -> bool {
        self.policy.https_only
    }

    /// Refuses the host if one of its addresses is forbidden.
    pub(crate) fn check(&self, host: &str, addresses: &[IpAddr]) -> Result<(), Blocked> {
        match judge(&self.policy, host, addresses) {
            Verdict::Public => Ok(()),
            Verdict::Exception(rule) => {
                if self.first_time(host) {
                    tracing::info!(
                        host,
                        rule,
                        "sending to an address that is not public, as a rule allows it"
                    );
                }
                Ok(())
            }
            Verdict::Forbidden(address, range) => {
                tracing::debug!(host, %address, range, "refused to send to an address that is not public");
                Err(Blocked)
            }
        }
    }

    /// Refuses the ports of this process, which no rule can allow. `local` is the own end of a connection to `peer`: it has
    /// the same address if the connection does not leave the machine.
    pub(crate) fn check_peer(&self, peer: SocketAddr, local: Option<IpAddr>) -> Result<(), Blocked> {
        let ip = peer.ip().to_canonical();
        let is_here =
            ip.is_loopback() || ip.is_unspecified() || local.is_some_and(|local| local.to_canonical() == ip);
        if is_here && (self.own_ports)(peer.port()) {
            tracing::debug!(%peer, "refused to connect to a port of this process");
            return Err(Blocked);
        }
        Ok(())
    }

    fn first_time(&self, host: &str) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() >= REMEMBERED_HOSTS {
            logged.clear();
        }
        logged.insert(host.to_owned())
    }
}

/// One forbidden address is enough, because it is not known which address will be connected to.
pub(crate) fn judge(policy: &EgressPolicy, host: &str, addresses: &[IpAddr]) -> Verdict {
    let mut verdict = Verdict::Public;
    for &address in addresses {
        let Some(range) = forbidden(address) else { continue };
        match exception(policy, host, address) {
            Some(rule) => verdict = Verdict::Exception(rule),
            None => return Verdict::Forbidden(address, range),
        }
    }
    verdict
}

fn exception(policy: &EgressPolicy, host: &str, address: IpAddr) -> Option<String> {
    // A rule for 10.0.0.0/8 also covers ::ffff:10.0.0.1, which leads to the same host.
    let reached = match address {
        IpAddr::V6(outer) => embedded_v4(outer).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    if policy.allow_loopback && reached.is_loopback() {
        return Some("loopback".to_owned());
    }
    let rule = policy.allow.iter().find(|rule| rule.covers(host, address) || rule.covers(host, reached))?;
    Some(rule.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const PUBLIC: &str = "93.184.215.14";

    fn verdict(allow_loopback: bool, allow: &[&str], host: &str, addresses: &[&str]) -> Verdict {
        let allow = allow.iter().map(|rule| rule.parse().unwrap()).collect();
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        judge(&EgressPolicy { allow_loopback, allow, https_only: false }, host, &addresses)
    }

    #[test]
    fn one_forbidden_address_refuses_the_whole_host() {
        assert_eq!(verdict(false, &[], "a.example", &[PUBLIC, "2606:4700::1"]), Verdict::Public);
        let expected = Verdict::Forbidden("10.0.0.1".parse().unwrap(), "private");
        for addresses in [["10.0.0.1", PUBLIC], [PUBLIC, "10.0.0.1"]] {
            assert_eq!(verdict(false, &[], "a.example", &addresses), expected);
        }
    }

    #[test]
    fn exceptions_cover_only_the_hosts_and_networks_they_name() {
        let granted = |rule: &str| Some(rule.to_owned());
        type Case = (bool, &'static [&'static str], &'static str, &'static [&'static str], Option<String>);
        let cases: [Case; 14] = [
            (true, &[], "localhost", &["127.0.0.1", "::1"], granted("loopback")),
            (true, &[], "localhost", &["::ffff:127.0.0.1"], granted("loopback")),
            (true, &[], "a.example", &["10.0.0.1"], None),
            (true, &[], "a.example", &["127.0.0.1", "10.0.0.1"], None),
            (false, &["a.example"], "a.example", &["10.0.0.1", PUBLIC], granted("a.example")),
            (false, &["a.example"], "A.Example.", &["10.0.0.1"], granted("a.example")),
            (false, &["a.example"], "b.a.example", &["10.0.0.1"], None),
            (false, &["a.example"], "a.example.evil.example", &["10.0.0.1"], None),
            (false, &["10.1.0.0/16"], "a.example", &["10.1.2.3"], granted("10.1.0.0/16")),
            (false, &["10.1.0.0/16"], "a.example", &["::ffff:10.1.2.3"], granted("10.1.0.0/16")),
            (false, &["10.1.0.0/16"], "a.example", &["10.2.0.1"], None),
            (false, &["10.1.0.0/16"], "a.example", &["10.1.2.3", "169.254.169.254"], None),
            (false, &["10.1.2.3"], "10.1.2.3", &["10.1.2.3"], granted("10.1.2.3/32")),
            (false, &["fd00::/8"], "a.example", &["fd00::1"], granted("fd00::/8")),
        ];
        for (loopback, allow, host, addresses, expected) in cases {
            match (verdict(loopback, allow, host, addresses), expected) {
                (Verdict::Exception(rule), Some(expected)) => assert_eq!(rule, expected),
                (Verdict::Forbidden(..), None) => {}
                (verdict, expected) => panic!("{host} {addresses:?}: {verdict:?}, not {expected:?}"),
            }
        }
    }

    /// Counts the logged messages.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Log {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::INFO
        }

        fn event(&self, event: &tracing::Event<'_>) {
            struct Text(String);
            impl tracing::field::Visit for Text {
                fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                    self.0 += &format!("{}={value:?} ", field.name());
                }
            }
            let mut text = Text(String::new());
            event.record(&mut text);
            self.0.lock().unwrap().push(text.0);
        }

        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }

    #[test]
    fn an_exception_is_logged_with_its_host_and_rule_and_nothing_else_is() {
        let policy = EgressPolicy { allow: vec!["10.1.0.0/16".parse().unwrap()], ..EgressPolicy::default() };
        let (guard, log) = (Guard::new(policy, |_| false), Log::default());
        let check = |host: &str, address: &str| guard.check(host, &[address.parse().unwrap()]).is_ok();
        tracing::subscriber::with_default(log.clone(), || {
            assert!(check("public.example", PUBLIC));
            assert!(!check("private.example", "10.2.0.1"));
            assert!(check("excepted.example", "10.1.0.1"));
            assert!(check("excepted.example", "10.1.0.2"), "and is no news any more");
        });
        let lines = log.0.lock().unwrap().clone();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].contains(r#"host="excepted.example""#) && lines[0].contains("10.1.0.0/16"),
            "{lines:?}"
        );
    }

    #[test]
    fn the_use_of_an_exception_is_news_once_per_host() {
        let guard = Guard::new(EgressPolicy { allow_loopback: true, ..EgressPolicy::default() }, |_| false);
        assert!(guard.first_time("a.example"));
        assert!(!guard.first_time("a.example"));
        assert!(guard.first_time("b.example"));
    }

    #[test]
    fn only_ports_of_this_process_on_this_machine_are_own_ports() {
        let guard = Guard::new(EgressPolicy::default(), |port| port == 9464);
        let check = |peer: &str, local: Option<&str>| {
            guard.check_peer(peer.parse().unwrap(), local.map(|local| local.parse().unwrap())).is_ok()
        };
        for peer in
            ["127.0.0.1:9464", "127.9.9.9:9464", "[::1]:9464", "[::ffff:127.0.0.1]:9464", "0.0.0.0:9464"]
        {
            assert!(!check(peer, None), "{peer}");
            assert!(check(&peer.replace("9464", "9465"), None), "{peer}");
        }
        assert!(!check("10.0.0.7:9464", Some("10.0.0.7")), "an address of an interface of this machine");
        assert!(!check("10.0.0.7:9464", Some("::ffff:10.0.0.7")));
        assert!(check("10.0.0.7:9464", Some("10.0.0.8")), "another machine");
    }
}
