use std::sync::OnceLock;

use patchbay_egress::{Cause, Egress, EgressPolicy, OutboundRequest};
use patchbay_testkit::receiver::Receiver;

static OWN_PORT: OnceLock<u16> = OnceLock::new();

async fn cause(policy: EgressPolicy, url: &str) -> Cause {
    let error = Egress::new(policy).unwrap().send(OutboundRequest::post(url, "x")).await.expect_err(url);
    assert!(!error.message.contains("127.0.0.1"), "{error}");
    error.cause
}

fn allowing(rules: &[&str]) -> EgressPolicy {
    EgressPolicy {
        allow: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..EgressPolicy::default()
    }
}

#[tokio::test]
async fn this_machine_cannot_be_reached_unless_allowed_by_any_spelling_or_name() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    let spellings =
        ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]", "[::]"];
    for host in spellings.into_iter().chain(["localhost", "LOCALHOST"]) {
        let url = format!("http://{host}:{port}/");
        assert_eq!(cause(EgressPolicy::default(), &url).await, Cause::Blocked, "{url}");
    }
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn a_rule_for_the_name_or_the_network_lets_a_request_through() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    for rules in [["localhost", "10.0.0.0/8"], ["127.0.0.0/8", "::1"]] {
        let egress = Egress::new(allowing(&rules)).unwrap();
        let url = format!("http://localhost:{port}/");
        assert_eq!(egress.send(OutboundRequest::post(url, "x")).await.unwrap().status, 200, "{rules:?}");
    }
    let by_name_only = allowing(&["localhost"]);
    assert_eq!(cause(by_name_only, &receiver.url("/")).await, Cause::Blocked);
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn own_ports_cannot_be_reached_by_any_name_or_rule() {
    let (own, other) = (Receiver::start().await, Receiver::start().await);
    OWN_PORT.set(own.address().port()).unwrap();
    let policy = EgressPolicy {
        allow_loopback: true,
        ..allowing(&["127.0.0.0/8", "::1", "localhost", "app.example"])
    };
    let builder = || Egress::builder(policy.clone()).own_ports(|port| OWN_PORT.get() == Some(&port));
    let named = |_: &str| vec!["127.0.0.1".parse().unwrap()];
    for egress in
        [builder().build().unwrap(), builder().proxy(&other.url("")).unwrap().names(named).build().unwrap()]
    {
        for host in ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"] {
            let url = format!("http://{host}:{}/metrics", own.address().port());
            let error = egress.send(OutboundRequest::get(&url)).await.unwrap_err();
            assert_eq!(error.cause, Cause::Blocked, "{url}: {error}");
        }
    }
    let by_name = builder().names(named).build().unwrap();
    let url = format!("http://app.example:{}/", own.address().port());
    assert_eq!(by_name.send(OutboundRequest::get(url)).await.unwrap_err().cause, Cause::Blocked);
    assert!(own.received().is_empty() && other.received().is_empty());
    let elsewhere = by_name.send(OutboundRequest::get(other.url("/"))).await;
    assert_eq!(elsewhere.unwrap().status, 200, "other ports of this machine are allowed");
}

#[tokio::test]
async fn https_only_and_odd_urls_are_refused_before_anything_is_sent() {
    let receiver = Receiver::start().await;
    let policy = EgressPolicy { allow_loopback: true, https_only: true, ..EgressPolicy::default() };
    assert_eq!(cause(policy, &receiver.url("/")).await, Cause::InvalidUrl);
    let with_user = format!("http://user:secret@{}/", receiver.address());
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    assert_eq!(cause(policy, &with_user).await, Cause::InvalidUrl);
    assert!(receiver.received().is_empty());
}
