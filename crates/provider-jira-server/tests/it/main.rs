//! The provider against a server that stands in for Jira. Signatures are verified by PyPI's oauthlib.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod conformance;

use std::sync::Arc;

use async_trait::async_trait;
use patchbay_domain::Clock;
use patchbay_egress::{Egress, EgressPolicy};
use patchbay_provider::{
    Built, Client, Failure, Installation, IntegrationInfo, Limiters, Object, Organization, Provider, Renew,
    Secrets, SetupState, Transport, Vault,
};
use patchbay_provider_jira_server::JiraServer;
use serde_json::{Value, json};

use patchbay_testkit::jira::{CONSUMER, Standin};

/// Credentials of this provider are never renewed.
#[derive(Debug)]
struct NoVault;

#[async_trait]
impl Vault for NoVault {
    async fn renew(&self, _: &Secrets, _: &dyn Renew) -> Result<Secrets, Failure> {
        unreachable!("tokens of Jira last for years")
    }
}

/// The provider, set up with a Jira.
pub(crate) struct Connected {
    pub(crate) provider: JiraServer,
    pub(crate) installation: Installation,
    pub(crate) standin: Standin,
}

pub(crate) fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn transport() -> Transport {
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    Transport::new(&Egress::new(policy).unwrap()).unwrap()
}

fn client() -> Client {
    let clock = Clock::system();
    let limiters = Limiters::new(clock.clone());
    Client::new(transport(), &limiters, clock, 31, "Jira Server")
}

pub(crate) fn setup_state() -> SetupState {
    SetupState {
        organization: Organization { id: 7, slug: "acme".to_owned() },
        user_id: 5,
        nonce: "nonce".to_owned(),
        redirect_url: "https://patchbay.example/extensions/jira-server/setup/".parse().unwrap(),
        public_url: "https://patchbay.example".parse().unwrap(),
        product: "Sentry".to_owned(),
        data: Object::new(),
        client: client(),
    }
}

pub(crate) fn config(standin: &Standin) -> Object {
    object(
        json!({ "url": format!("{}/", standin.url), "consumerKey": CONSUMER, "privateKey": standin.private_key }),
    )
}

/// Goes through both steps.
pub(crate) async fn build(provider: &JiraServer, standin: &Standin) -> (Built, SetupState) {
    let mut state = setup_state();
    provider.answer_step("installation_config", &config(standin), &mut state).await.unwrap();
    let view = provider.show_step("oauth_callback", &mut state).await.unwrap();
    let address = view.redirect_url.unwrap();
    let token = address.rsplit_once("oauth_token=").unwrap().1.to_owned();
    let fields = object(json!({ "oauthToken": token }));
    provider.answer_step("oauth_callback", &fields, &mut state).await.unwrap();
    (provider.build(&state).await.unwrap(), state)
}

pub(crate) async fn connected(options: &[&str]) -> Connected {
    let (provider, standin) = (JiraServer::new(), Standin::start(options));
    let (built, _) = build(&provider, &standin).await;
    let installation = Installation {
        integration: IntegrationInfo {
            id: 31,
            name: built.name.clone(),
            external_id: built.external_id.clone(),
        },
        organization: Some(Organization { id: 7, slug: "acme".to_owned() }),
        secrets: Secrets { metadata: built.metadata, identity: built.identity.unwrap().data },
        config: object(json!({ "issues_ignored_fields": ["customfield_10006"] })),
        public_url: "https://patchbay.example".parse().unwrap(),
        product: "Sentry".to_owned(),
        client: client(),
        vault: Arc::new(NoVault),
    };
    Connected { provider, installation, standin }
}
