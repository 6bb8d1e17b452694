//! A provider that is set up with its tracker.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use patchbay_domain::Clock;
use patchbay_egress::{Egress, EgressPolicy};
use patchbay_provider::{
    Built, Client, Failure, InboundRequest, Installation, IntegrationInfo, Limiters, Object, Organization,
    Provider, Renew, Secrets, SetupState, Transport, Vault,
};

use super::{Edit, Tracker};
use crate::{Receiver, SOON};

/// Keeps renewed credentials in memory.
#[derive(Debug)]
struct Memory(Mutex<Secrets>);

#[async_trait]
impl Vault for Memory {
    async fn renew(&self, stale: &Secrets, renew: &dyn Renew) -> Result<Secrets, Failure> {
        let stored = self.0.lock().unwrap().clone();
        if stored != *stale {
            return Ok(stored);
        }
        let renewed = renew.renew(&stored).await?;
        *self.0.lock().unwrap() = renewed.clone();
        Ok(renewed)
    }
}

/// The installation, and where its webhooks arrive.
pub(super) struct Connected<'a> {
    pub(super) tracker: &'a dyn Tracker,
    pub(super) installation: Installation,
    receiver: Receiver,
}

impl<'a> Connected<'a> {
    /// Goes through the setup. A setup that is undone leaves no webhook.
    pub(super) async fn start(tracker: &'a dyn Tracker) -> Self {
        let receiver = Receiver::start().await;
        let (undone, state) = build(tracker, &receiver).await;
        tracker.provider().undo_build(&undone, &state).await.unwrap();
        assert_ne!(tracker.has_webhook().await, Some(true), "the webhook of a setup that was undone is left");

        let (built, state) = build(tracker, &receiver).await;
        assert!((1..=256).contains(&built.external_id.chars().count()), "{built:?}");
        assert_eq!(built.external_id, undone.external_id, "the same account has the same id");
        assert_ne!(tracker.has_webhook().await, Some(false), "the setup makes the webhook");
        let organization = state.organization.slug.as_str();
        let metadata = serde_json::to_string(&built.metadata).unwrap();
        assert!(!metadata.contains(organization), "metadata is shared by organizations: {metadata}");
        let identity = built.identity.map(|identity| identity.data).unwrap_or_default();
        let secrets = Secrets { metadata: built.metadata, identity };
        let integration = IntegrationInfo { id: 31, name: built.name, external_id: built.external_id };
        let installation = Installation {
            integration,
            organization: Some(state.organization.clone()),
            secrets: secrets.clone(),
            config: Object::new(),
            public_url: state.public_url.clone(),
            product: state.product.clone(),
            client: client(tracker.provider()),
            vault: Arc::new(Memory(Mutex::new(secrets))),
        };
        Self { tracker, installation, receiver }
    }

    pub(super) fn provider(&self) -> &dyn Provider {
        self.tracker.provider()
    }

    /// A new ticket with this title.
    pub(super) async fn ticket(&self, title: &str) -> String {
        let fields = self.tracker.new_ticket(title);
        self.provider().create_issue(&self.installation, &fields).await.unwrap().key
    }

    /// The webhook about a change of a person.
    pub(super) async fn change(&self, key: &str, edit: Edit) -> InboundRequest {
        let before = self.receiver.received().len();
        if let Some(request) = self.tracker.change(key, edit).await {
            return request;
        }
        let received = self.receiver.wait_for(before + 1, SOON).await;
        let webhook = &received[before];
        let prefix = format!("/extensions/{}/", self.provider().descriptor().path);
        let path = webhook.path.strip_prefix(&prefix).expect("webhooks are posted to the provider's path");
        let headers = webhook.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        InboundRequest {
            method: webhook.method.to_string(),
            path: path.trim_matches('/').to_owned(),
            headers: headers.collect(),
            body: webhook.body.clone(),
        }
    }
}

fn client(provider: &dyn Provider) -> Client {
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    let transport = Transport::new(&Egress::new(policy).unwrap()).unwrap();
    let limiters = Limiters::new(Clock::system());
    Client::new(transport, &limiters, Clock::system(), 31, &provider.descriptor().name)
}

async fn build(tracker: &dyn Tracker, receiver: &Receiver) -> (Built, SetupState) {
    let (provider, public_url) = (tracker.provider(), receiver.url(""));
    let path = &provider.descriptor().path;
    let mut state = SetupState {
        organization: Organization { id: 7, slug: "acme-of-the-suite".to_owned() },
        user_id: 5,
        nonce: "a nonce of the suite".to_owned(),
        redirect_url: format!("{public_url}/extensions/{path}/setup/").parse().unwrap(),
        public_url: public_url.parse().unwrap(),
        product: "Sentry".to_owned(),
        data: Object::new(),
        client: client(provider),
    };
    for step in &provider.descriptor().setup_steps {
        let view = provider.show_step(step, &mut state).await.unwrap();
        let nonce = state.nonce.clone();
        let fields = tracker.answer(step, &view, &nonce).await;
        provider.answer_step(step, &fields, &mut state).await.unwrap();
    }
    (provider.build(&state).await.unwrap(), state)
}
