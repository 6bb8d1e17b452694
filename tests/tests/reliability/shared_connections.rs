//! All callers of a service share one connection to it. A large request of one caller does not affect the others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{CreateOrganizationRequest, CreateUserRequest, SetMemberRequest};
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use patchbay_tests::Deployment;
use patchbay_tests::servers::Servers;
use serde_json::{Value, json};

use crate::no_process_ended;

/// As many as made each call of their user end the connection when callers travelled with all of them.
const MANY: usize = 440;
const THREADS: usize = 6;
const REFUSALS: usize = 25;

struct People {
    base_url: String,
    http: reqwest::Client,
}

impl People {
    async fn send(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, String) {
        let url = format!("{}{path}", self.base_url);
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// The number and a token of a new person.
async fn person(deployment: &Deployment, name: &str) -> (i64, String) {
    let mut directory = DirectoryClient::new(deployment.channel("tracker"));
    let email = format!("{name}@patchbay.example");
    let wanted = CreateUserRequest { name: name.to_owned(), email, ..Default::default() };
    let user_id = directory.create_user(request(wanted)).await.unwrap().into_inner().id;
    let scopes = ["org:admin", "project:read", "event:read"].map(str::to_owned).into();
    let wanted = MintUserTokenRequest { user_id, scopes, name: "test".to_owned() };
    let mut tokens = TokensClient::new(deployment.channel("auth-token"));
    (user_id, tokens.mint_user_token(request(wanted)).await.unwrap().into_inner().token)
}

async fn join(deployment: &Deployment, slug: String, user_id: i64, role: &str) {
    let mut directory = DirectoryClient::new(deployment.channel("tracker"));
    let wanted = CreateOrganizationRequest { name: "Shared".into(), slug: slug.clone(), owner_id: 0 };
    directory.create_organization(request(wanted)).await.unwrap();
    let member = SetMemberRequest { organization: slug, user_id, role: role.into() };
    directory.set_member(request(member)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn neither_long_refusals_nor_many_memberships_of_one_cost_another_a_request() {
    let servers = Servers::start().unwrap();
    let limits = [("GATEWAY_CALLER_LIMIT", "0"), ("GATEWAY_ADDRESS_LIMIT", "0")];
    let mut deployment = servers.deployment(&limits).await.unwrap();
    // A second call finds the first one's.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let people = People { base_url: deployment.base_url.clone(), http: reqwest::Client::new() };

    let (quiet, quiet_token) = person(&deployment, "quiet").await;
    join(&deployment, "quiet".to_owned(), quiet, "owner").await;
    let (many, many_token) = person(&deployment, "many").await;
    let slug = |number: usize| format!("{:x>58}-{number:0>5}", "organization");
    for first in (0..MANY).step_by(20) {
        let joined = (first..MANY.min(first + 20)).map(|number| {
            let role = if number == 0 { "owner" } else { "member" };
            join(&deployment, slug(number), many, role)
        });
        join_all(joined).await;
    }

    let is_over = AtomicBool::new(false);
    let hostile = async {
        let one = || async {
            for _ in 0..REFUSALS {
                let body = json!({ "organization": "q".repeat(30_000), "name": "x" });
                let (status, text) =
                    people.send("POST", "/api/0/sentry-apps/", &many_token, Some(body)).await;
                assert_eq!(status, 403, "{text}");
                for path in [
                    "/api/0/sentry-apps/?status=unpublished".to_owned(),
                    format!("/api/0/organizations/{}/sentry-app-installations/", slug(0)),
                    format!("/api/0/organizations/{}/projects/", slug(MANY - 1)),
                ] {
                    let (status, text) = people.send("GET", &path, &many_token, None).await;
                    assert_eq!(status, 200, "{path}: {text}");
                }
            }
        };
        join_all((0..THREADS).map(|_| one())).await;
        is_over.store(true, Ordering::SeqCst);
    };
    let others = async {
        let mut served = 0;
        while !is_over.load(Ordering::SeqCst) {
            for path in ["/api/0/sentry-apps/", "/api/0/organizations/quiet/sentry-app-installations/"] {
                let (status, text) = people.send("GET", path, &quiet_token, None).await;
                assert_eq!(status, 200, "{path}: {text}");
                served += 1;
            }
        }
        served
    };
    let ((), served) = futures::join!(hostile, others);
    assert!(served > 0, "the other caller was served");

    // Services that do not own memberships know all of them too: webhook-sender's log, event-fanout's events.
    let app = json!({
        "name": "Hooks", "organization": slug(0), "author": "Many", "isInternal": true, "scopes": [],
        "webhookUrl": "http://127.0.0.1:9/", "verifyInstall": false,
    });
    let (status, text) = people.send("POST", "/api/0/sentry-apps/", &many_token, Some(app)).await;
    assert_eq!(status, 201, "{text}");
    let app: Value = serde_json::from_str(&text).unwrap();
    let path = format!("/api/0/organizations/{}/sentry-app-installations/", slug(0));
    let (_, installed) = people.send("GET", &path, &many_token, None).await;
    let installed: Value = serde_json::from_str(&installed).unwrap();
    let paths = [
        format!("/api/0/sentry-apps/{}/webhook-requests/", app["slug"].as_str().unwrap()),
        format!("/api/0/sentry-app-installations/{}/events/", installed[0]["uuid"].as_str().unwrap()),
    ];
    for path in paths {
        eventually(Duration::from_secs(30), &path, async || {
            let (status, _) = people.send("GET", &path, &many_token, None).await;
            (status == 200).then_some(())
        })
        .await;
    }
    no_process_ended(&mut deployment);
}
