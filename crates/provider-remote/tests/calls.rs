//! Calls to a program: their signature and arguments, and its answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use async_trait::async_trait;
use patchbay_domain::Clock;
use patchbay_egress::{Egress, EgressPolicy};
use patchbay_provider::{
    Assignee, Client, Failure, Installation, IntegrationInfo, Kind, Limiters, Object, Organization, Provider,
    Renew, Secrets, Transport, Vault,
};
use patchbay_provider_remote::Remote;
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;
use patchbay_webhook_signature::{Secret, Verifier};
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const DESCRIPTOR: &str = r#"
key = "slate"
name = "Slate"
description = "Slates on a wall."
features = ["issue-basic", "issue-sync"]
[[setup]]
name = "url"
type = "text"
label = "URL"
"#;

#[derive(Debug)]
struct NoVault;

#[async_trait]
impl Vault for NoVault {
    async fn renew(&self, _: &Secrets, _: &dyn Renew) -> Result<Secrets, Failure> {
        unreachable!("a program renews its credentials by itself")
    }
}

/// The provider of a program at this address.
fn remote(url: &str) -> Remote {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("slate.toml", DESCRIPTOR);
    write("slate.secret", SECRET);
    let list =
        format!("[[provider]]\ndescriptor = \"slate.toml\"\nurl = \"{url}\"\nsecret_file = \"slate.secret\"");
    write("providers.toml", &list);
    patchbay_provider_remote::read(&folder.path().join("providers.toml")).unwrap().remove(0)
}

/// The client for trackers reaches no private address: only the operator's word lets the program be called.
fn installation() -> Installation {
    let transport = Transport::new(&Egress::new(EgressPolicy::default()).unwrap()).unwrap();
    let (clock, account) = (Clock::system(), json!({"account": {"key": "hush"}, "webhook_secret": "s"}));
    Installation {
        integration: IntegrationInfo { id: 31, name: "Our slate".to_owned(), external_id: "s1".to_owned() },
        organization: Some(Organization { id: 7, slug: "acme".to_owned() }),
        secrets: Secrets { metadata: account.as_object().cloned().unwrap(), identity: Object::new() },
        config: Object::new(),
        public_url: "https://patchbay.example".parse().unwrap(),
        product: "Sentry".to_owned(),
        client: Client::new(transport, &Limiters::new(clock.clone()), clock, 31, "Slate"),
        vault: Arc::new(NoVault),
    }
}

#[tokio::test]
async fn a_call_is_signed_and_says_for_which_account_it_is() {
    let program = Receiver::start().await;
    program.answer_with(|_, _| Answer::status(200).body("{}"));
    let (provider, installation) = (remote(&program.url("/base/")), installation());
    let wren = Assignee { names: vec!["wren".to_owned()], emails: vec!["wren@example.org".to_owned()] };
    provider.sync_assignee_outbound(&installation, "A-1", Some(&wren)).await.unwrap();
    provider.sync_assignee_outbound(&installation, "A-1", None).await.unwrap();

    let received = program.received();
    let verifier = Verifier::new([&Secret::from_webhook_secret(SECRET).unwrap()]);
    for call in &received {
        let header = |name: &str| call.header(name).unwrap();
        let (id, timestamp, signature) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        verifier.standard(id, timestamp, signature, &call.body, Clock::system().now().timestamp()).unwrap();
        assert_eq!(call.path, "/base/assign");
    }
    assert_ne!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    let of = json!({"id": "31", "externalId": "s1", "organization": "acme", "account": {"key": "hush"}});
    let wren = json!({"names": ["wren"], "emails": ["wren@example.org"]});
    let body: Value = serde_json::from_slice(&received[0].body).unwrap();
    assert_eq!(body, json!({"installation": of, "key": "A-1", "assignee": wren}));
    let body: Value = serde_json::from_slice(&received[1].body).unwrap();
    assert_eq!(body["assignee"], Value::Null);
}

#[tokio::test]
async fn each_failure_of_a_program_has_its_kind() {
    let program = Receiver::start().await;
    let (provider, installation) = (remote(&program.url("")), installation());
    let fields = Kind::Fields(vec![("title".to_owned(), vec!["Required.".to_owned()])]);
    for (status, error, kind) in [
        (422, json!({"kind": "no_user"}), Kind::NoUser),
        (422, json!({"kind": "no_transition"}), Kind::NoTransition),
        (422, json!({"kind": "not_applied"}), Kind::NotApplied),
        (422, json!({"kind": "invalid_fields", "fields": {"title": ["Required."]}}), fields),
        (400, json!({"kind": "not_found"}), Kind::Gone),
        (503, json!({"kind": "unreachable"}), Kind::Unreachable),
        (429, json!({}), Kind::RateLimited),
        (401, json!({}), Kind::Unauthorized),
        (403, json!({"kind": "of the future"}), Kind::Forbidden),
        (500, json!("no object"), Kind::Unreachable),
    ] {
        let body = json!({ "error": error }).to_string();
        program.answer_with(move |_, _| Answer::status(status).body(body.clone()));
        let failure = provider.get_issue(&installation, "A-1").await.unwrap_err();
        assert_eq!(failure.kind, kind, "{status} {error}");
        assert!(!format!("{failure:?}").contains("hush"));
    }
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_unreadable() {
    let program = Receiver::start().await;
    let (provider, installation) = (remote(&program.url("")), installation());
    for answer in ["", "<html>", "[]", "{}", r#"{"key": ""}"#, r#"{"key": 7}"#] {
        program.answer_with(move |_, _| Answer::status(200).body(answer));
        let failure = provider.get_issue(&installation, "A-1").await.unwrap_err();
        assert_eq!(failure.kind, Kind::Unreadable, "{answer}");
    }
    let long = json!({"key": "k".repeat(257)}).to_string();
    program.answer_with(move |_, _| Answer::status(200).body(long.clone()));
    assert_eq!(provider.get_issue(&installation, "A-1").await.unwrap_err().kind, Kind::Unreadable);
    let fields: Vec<Value> = (0..101).map(|n| json!({"name": n.to_string(), "type": "text"})).collect();
    let form = json!({ "fields": fields }).to_string();
    program.answer_with(move |_, _| Answer::status(200).body(form.clone()));
    let failure = provider.create_form(&installation, None, &Object::new()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unreadable);
}

#[test]
fn a_list_that_is_wrong_names_the_file_and_the_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("providers.toml");
    let problem = |list: &str| {
        std::fs::write(&path, list).unwrap();
        format!("{:#}", patchbay_provider_remote::read(&path).unwrap_err())
    };
    std::fs::write(folder.path().join("slate.toml"), DESCRIPTOR).unwrap();
    std::fs::write(folder.path().join("short.secret"), "whsec_AAAA").unwrap();
    std::fs::write(folder.path().join("slate.secret"), SECRET).unwrap();
    let entry = |url: &str, descriptor: &str, secret: &str| {
        format!("[[provider]]\nurl = \"{url}\"\ndescriptor = \"{descriptor}\"\nsecret_file = \"{secret}\"")
    };
    for (list, words) in [
        ("provider = 1".to_owned(), "providers.toml"),
        ("[[provider]]\nurl = \"http://x\"".to_owned(), "descriptor"),
        (entry("http://x", "gone.toml", "slate.secret"), "gone.toml"),
        (entry("http://x", "slate.toml", "gone.secret"), "gone.secret"),
        (entry("http://x", "slate.toml", "short.secret"), "short.secret"),
        (entry("slate", "slate.toml", "slate.secret"), "slate"),
        (entry("file:///x", "slate.toml", "slate.secret"), "http or https"),
    ] {
        let problem = problem(&list);
        assert!(problem.contains(words), "{list}: {problem}");
        assert!(!problem.contains("AAAA"), "{problem}");
    }
}
