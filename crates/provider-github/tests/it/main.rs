//! The provider against a server that stands in for GitHub, which verifies every credential.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod failures;
mod forms;
mod octokit;
mod secrets;
mod setup;
mod tickets;
mod tokens;
mod vault;
mod webhooks;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{Clock, ManualClock, SecretString};
use patchbay_egress::{Egress, EgressPolicy};
use patchbay_provider::{
    Client, Installation, IntegrationInfo, IssueInfo, Limiters, Object, Organization, Secrets, Transport,
};
use patchbay_provider_github::{Config, GitHub};
use patchbay_testkit::github::{
    APP_ID, CLIENT_ID, CLIENT_SECRET, GitHubStandIn, INSTALLATION, SLUG, WEBHOOK_SECRET,
};
use serde_json::{Value, json};

use crate::vault::MemoryVault;

/// The provider with an installation at a GitHub.
pub(crate) struct Connected {
    pub(crate) provider: GitHub,
    pub(crate) installation: Installation,
    pub(crate) github: GitHubStandIn,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) hand: ManualClock,
}

pub(crate) fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

pub(crate) fn config(github: &GitHubStandIn) -> Config {
    Config {
        app_id: APP_ID,
        slug: SLUG.to_owned(),
        private_key: SecretString::new(github.private_key()),
        webhook_secret: SecretString::new(WEBHOOK_SECRET),
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::new(CLIENT_SECRET),
        base_url: github.url().parse().unwrap(),
        accepts_sha1: false,
    }
}

pub(crate) fn transport() -> Transport {
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    Transport::new(&Egress::new(policy).unwrap()).unwrap()
}

pub(crate) fn start_of_time() -> DateTime<Utc> {
    "2026-10-02T09:00:00Z".parse().unwrap()
}

/// Time passes only by hand, so the limit of calls is far away.
pub(crate) fn client(clock: &Clock) -> Client {
    let limiters = Limiters::new(clock.clone());
    Client::new(transport(), &limiters, clock.clone(), 31, "GitHub")
}

pub(crate) fn issue() -> IssueInfo {
    IssueInfo {
        id: 9,
        short_id: "SHOP-1A".to_owned(),
        title: "ReferenceError: heck is not defined".to_owned(),
        body: "heck".to_owned(),
        url: "https://patchbay.example/organizations/acme/issues/9/".to_owned(),
        defaults: Object::new(),
    }
}

pub(crate) fn installation(client: Client, vault: Arc<MemoryVault>, secrets: Secrets) -> Installation {
    Installation {
        integration: IntegrationInfo {
            id: 31,
            name: "acme".to_owned(),
            external_id: INSTALLATION.to_string(),
        },
        organization: Some(Organization { id: 7, slug: "acme".to_owned() }),
        secrets,
        config: Object::new(),
        public_url: "https://patchbay.example".parse().unwrap(),
        product: "Sentry".to_owned(),
        client,
        vault,
    }
}

pub(crate) async fn connected() -> Connected {
    let (clock, hand) = Clock::manual(start_of_time());
    let github = GitHubStandIn::start_at(clock.clone()).await;
    let secrets = Secrets {
        metadata: object(json!({ "domain_name": "github.test/acme", "access_token": null })),
        identity: Object::new(),
    };
    let vault = Arc::new(MemoryVault::new(secrets.clone()));
    let provider = GitHub::new(&config(&github)).unwrap();
    let installation = installation(client(&clock), vault.clone(), secrets);
    Connected { provider, installation, github, vault, hand }
}
