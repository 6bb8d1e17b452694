use bytes::Bytes;
use patchbay_domain::SecretString;
use patchbay_egress::{Egress, EgressPolicy, Method, OutboundRequest};
use patchbay_provider::{
    Change, ExternalUser, InboundAnswer, InboundRequest, IntegrationChange, Located, Provider, Received,
    Secrets, Timed,
};
use patchbay_provider_github::{Config, GitHub};
use patchbay_testkit::github::{GitHubStandIn, Webhook};
use serde_json::{Value, json};

use crate::{config, connected, object, start_of_time};

/// The vector of the contract.
const BODY: &str = r#"{"action":"closed","issue":{"number":12},"repository":{"full_name":"acme/shop"},"installation":{"id":77}}"#;
const SHA256: &str = "sha256=858d8454abb92539790eeaa8881e397045fddc4dcbfd66295b9a30fc962bb6b2";
const SHA1: &str = "sha1=fc1fd812df7790e5f92695579b8fe507c407defa";

/// Follows one page of GitHub and returns the query with which it sends the browser back.
pub(crate) async fn browse(address: &str) -> Value {
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    let request = OutboundRequest::new(Method::GET, address);
    let answer = Egress::new(policy).unwrap().send(request).await.unwrap();
    assert_eq!(answer.status, 302);
    let back: url::Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
    back.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()
}

fn known() -> Secrets {
    let metadata = object(json!({ "access_token": "ghs_1", "icon": "old", "domain_name": "github.com/old" }));
    Secrets { metadata, identity: patchbay_provider::Object::new() }
}

fn post((headers, body): Webhook) -> InboundRequest {
    InboundRequest { method: "POST".to_owned(), path: "webhook".to_owned(), headers, body }
}

fn with_headers(headers: &[(&str, &str)], body: &str) -> InboundRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    post((headers, Bytes::from(body.to_owned())))
}

fn hush(github: &GitHubStandIn, accepts_sha1: bool) -> GitHub {
    let webhook_secret = SecretString::new("hush");
    GitHub::new(&Config { webhook_secret, accepts_sha1, ..config(github) }).unwrap()
}

fn receive(provider: &GitHub, request: &InboundRequest) -> Received {
    let Ok(received) = provider.receive(request, Some(&known())) else { panic!("it is signed") };
    assert_eq!(received.answer, InboundAnswer::empty(204));
    received
}

fn status_of(provider: &GitHub, request: &InboundRequest) -> u16 {
    match provider.receive(request, Some(&known())) {
        Ok(received) => received.answer.status,
        Err(answer) => answer.status,
    }
}

#[tokio::test]
async fn the_vector_of_the_contract_closes_an_issue() {
    let github = GitHubStandIn::start().await;
    let request = with_headers(
        &[("x-github-event", "issues"), ("x-hub-signature-256", SHA256), ("x-github-delivery", "72d3")],
        BODY,
    );
    let provider = hush(&github, false);
    assert_eq!(provider.locate(&request), Ok(Located::Integration("77".to_owned())));
    let received = receive(&provider, &request);
    let expected = Change::Status {
        key: "acme/shop#12".to_owned(),
        data: json!({ "action": "closed" }),
        at: Timed::default(),
    };
    assert_eq!(received.changes, [expected]);
    assert_eq!(received.delivery_id.as_deref(), Some("72d3"));
    assert!(received.integration.is_none());
}

#[tokio::test]
async fn sha1_alone_counts_only_if_the_operator_allows_it() {
    let github = GitHubStandIn::start().await;
    let old = with_headers(&[("x-github-event", "issues"), ("x-hub-signature", SHA1)], BODY);
    assert_eq!(status_of(&hush(&github, true), &old), 204);
    assert_eq!(status_of(&hush(&github, false), &old), 401);
    let wrong_new = with_headers(
        &[("x-github-event", "issues"), ("x-hub-signature", SHA1), ("x-hub-signature-256", "sha256=00")],
        BODY,
    );
    assert_eq!(status_of(&hush(&github, true), &wrong_new), 401, "the better signature counts");
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_the_order_of_the_contract() {
    let github = GitHubStandIn::start().await;
    let provider = hush(&github, true);
    let event = ("x-github-event", "issues");
    let signature = |value: &'static str| ("x-hub-signature-256", value);
    let longer = format!("{BODY} ");
    for (why, headers, body, expected) in [
        ("empty body", vec![event, signature(SHA256)], "", InboundAnswer::empty(400)),
        ("no event", vec![signature(SHA256)], BODY, InboundAnswer::empty(400)),
        ("blank event", vec![("x-github-event", " "), signature(SHA256)], BODY, InboundAnswer::empty(400)),
        ("unknown event", vec![("x-github-event", "star")], BODY, InboundAnswer::empty(204)),
        ("no signature", vec![event], BODY, InboundAnswer::invalid_token(400)),
        ("no method", vec![event, signature("858d")], BODY, InboundAnswer::invalid_token(400)),
        ("other method", vec![event, signature("md5=858d")], BODY, InboundAnswer::invalid_token(400)),
        ("no digits", vec![event, signature("sha256=zz")], BODY, InboundAnswer::invalid_token(401)),
        ("no value", vec![event, signature("sha256=")], BODY, InboundAnswer::invalid_token(401)),
        ("part of it", vec![event, signature(&SHA256[..20])], BODY, InboundAnswer::invalid_token(401)),
        ("other body", vec![event, signature(SHA256)], &longer, InboundAnswer::invalid_token(401)),
        ("not JSON, not signed", vec![event, signature(SHA256)], "{", InboundAnswer::invalid_token(401)),
    ] {
        let request = with_headers(&headers, body);
        assert!(provider.locate(&request).is_ok(), "{why}");
        assert_eq!(provider.receive(&request, Some(&known())).err(), Some(expected), "{why}");
    }
    let request = with_headers(&[event, signature(SHA256)], BODY);
    for (method, status) in [("GET", 405), ("PUT", 405), ("POST", 204)] {
        let request = InboundRequest { method: method.to_owned(), ..request.clone() };
        assert_eq!(status_of(&provider, &request), status);
    }
    let elsewhere = InboundRequest { path: "webhooks/x".to_owned(), ..request.clone() };
    assert_eq!(status_of(&provider, &elsewhere), 404);
    let no_secret = Config { webhook_secret: SecretString::new(""), ..config(&github) };
    assert_eq!(status_of(&GitHub::new(&no_secret).unwrap(), &request), 401);
}

#[tokio::test]
async fn a_signed_body_that_is_no_json_is_refused() {
    let it = connected().await;
    // The signature of `{` with the secret of the server.
    let (mut headers, _) = it.github.webhook("issues", "closed", json!({}));
    headers.retain(|(name, _)| name != "x-hub-signature-256");
    headers.push(("x-hub-signature-256".to_owned(), it.github.signature(b"{")));
    let request = post((headers, Bytes::from_static(b"{")));
    assert_eq!(it.provider.locate(&request), Ok(Located::Application));
    assert_eq!(it.provider.receive(&request, None).err(), Some(InboundAnswer::empty(400)));
}

#[tokio::test]
async fn the_state_of_an_issue_counts_and_not_the_person_of_the_event() {
    let it = connected().await;
    {
        let mut world = it.github.world();
        let key = world.open_issue("acme/shop", "Printer on fire", "");
        world.assign(&key, &["finch", "wren"]);
        world.assign(&key, &[]);
        world.close(&key, true);
        world.close(&key, false);
    }
    let changes: Vec<Change> = it
        .github
        .take_webhooks()
        .into_iter()
        .flat_map(|webhook| receive(&it.provider, &post(webhook)).changes)
        .collect();
    let (key, at) = (|| "acme/shop#1".to_owned(), Timed { at: Some(start_of_time()) });
    let finch = ExternalUser { email: None, name: Some("@finch".to_owned()) };
    let status = |action: &str| Change::Status { key: key(), data: json!({ "action": action }), at };
    let expected = vec![
        Change::Assignee { key: key(), assignee: Some(finch), at },
        Change::Assignee { key: key(), assignee: None, at },
        status("closed"),
        status("reopened"),
    ];
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn a_transferred_issue_gets_another_key() {
    let it = connected().await;
    let id = {
        let mut world = it.github.world();
        let key = world.open_issue("acme/shop", "Printer on fire", "");
        world.transfer(&key, "acme/web");
        world.issues["acme/web#1"].id
    };
    let webhooks = it.github.take_webhooks();
    let changes: Vec<Change> =
        webhooks.into_iter().flat_map(|webhook| receive(&it.provider, &post(webhook)).changes).collect();
    let expected = Change::Key {
        from: "acme/shop#1".to_owned(),
        to: "acme/web#1".to_owned(),
        ticket_id: id.to_string(),
    };
    assert_eq!(changes, [expected]);
}

#[tokio::test]
async fn an_event_without_its_ticket_is_nothing() {
    let it = connected().await;
    let repository = || json!({ "full_name": "acme/shop" });
    for (event, action, body) in [
        ("issues", "closed", json!({ "issue": { "number": 1 } })),
        ("issues", "closed", json!({ "issue": { "number": 1 }, "repository": { "full_name": "shop" } })),
        ("issues", "closed", json!({ "issue": {}, "repository": repository() })),
        ("issues", "closed", json!({ "repository": repository() })),
        ("issues", "assigned", json!({ "issue": { "number": 1 }, "repository": repository() })),
        ("issues", "transferred", json!({ "issue": { "number": 1 }, "repository": repository() })),
        ("issues", "opened", json!({ "issue": { "number": 1 }, "repository": repository() })),
        ("repository", "renamed", json!({ "repository": repository() })),
        ("installation", "new_permissions_accepted", json!({})),
        ("installation", "deleted", json!({ "installation": { "id": "x" } })),
    ] {
        let received = receive(&it.provider, &post(it.github.webhook(event, action, body.clone())));
        assert!(received.changes.is_empty() && received.integration.is_none(), "{event} {body}");
    }
}

#[tokio::test]
async fn an_unknown_installation_is_answered_without_effect() {
    let it = connected().await;
    let body = json!({ "issue": { "number": 1 }, "repository": { "full_name": "acme/shop" } });
    let request = post(it.github.webhook("issues", "closed", body));
    let received = it.provider.receive(&request, None).unwrap();
    assert_eq!((received.answer.status, received.changes.len()), (204, 0));
}

#[tokio::test]
async fn an_installation_that_is_made_is_refreshed_with_its_sender() {
    let it = connected().await;
    let id = it.github.world().install("finch", "wren");
    let request = post(it.github.take_webhooks().remove(0));
    assert_eq!(it.provider.locate(&request), Ok(Located::Integration(id.to_string())));
    let received = receive(&it.provider, &request);
    let Some(IntegrationChange::Refreshed(built)) = received.integration else { panic!("it is refreshed") };
    assert_eq!((built.external_id, built.name.as_str()), (id.to_string(), "finch"));
    let host = it.github.url().replace("http://", "");
    let expected = json!({
        "access_token": "ghs_1", "icon": format!("{}/avatars/finch.png", it.github.url()),
        "domain_name": format!("{host}/finch"), "account_type": "User", "account_id": 6,
        "sender": { "id": 5, "login": "wren" },
    });
    assert_eq!(Value::Object(built.metadata), expected);
}

#[tokio::test]
async fn an_installation_is_disabled_and_enabled() {
    let it = connected().await;
    for (action, is_enabled) in [("deleted", false), ("suspend", false), ("unsuspend", true)] {
        let received = receive(&it.provider, &post(it.github.webhook("installation", action, json!({}))));
        let external_id = match received.integration {
            Some(IntegrationChange::Enabled { external_id }) if is_enabled => external_id,
            Some(IntegrationChange::Disabled { external_id }) if !is_enabled => external_id,
            other => panic!("{action}: {other:?}"),
        };
        assert_eq!(external_id, "77");
        assert!(received.delivery_id.is_some());
    }
}

#[tokio::test]
async fn a_repository_with_another_name_has_other_keys() {
    let it = connected().await;
    it.github.world().rename_repository("acme/shop", "acme/store");
    let webhook = it.github.take_webhooks().pop().unwrap();
    let received = receive(&it.provider, &post(webhook));
    let (from, to) = ("acme/shop".to_owned(), "acme/store".to_owned());
    assert_eq!(received.changes, [Change::Project { from, to, separator: "#".to_owned() }]);
}
