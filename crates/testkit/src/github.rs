//! A server that stands in for GitHub: it verifies the application's signed tokens, its client secret, and the token of each call. It
//! answers as a GitHub Enterprise Server does, with the interface below `/api/v3`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod app;
mod browser;
mod call;
mod issues;
mod page;
mod person;
mod repositories;
mod router;
mod webhook;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use patchbay_domain::Clock;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::Value;

use crate::receiver::{Answer, Received, Receiver};
pub use world::{Account, Installed, Issue, Repository, World};

/// The id of the application.
pub const APP_ID: u64 = 4711;
/// The name of the application in addresses.
pub const SLUG: &str = "patchbay-trial";
/// The id of the application for OAuth.
pub const CLIENT_ID: &str = "Iv1.patchbay";
/// The secret of the application for OAuth.
pub const CLIENT_SECRET: &str = "between GitHub and the client";
/// Signs webhooks.
pub const WEBHOOK_SECRET: &str = "between GitHub and the webhook";
/// The installation at the account `acme`.
pub const INSTALLATION: u64 = 77;

/// A private key for tests, in PKCS #1.
const KEY: &[u8] = include_bytes!("../fixtures/oidc-provider.der");

/// A webhook as it is posted: headers with names in lower case, and the body.
pub type Webhook = (Vec<(String, String)>, Bytes);

/// The server, which stops when it is dropped. At first the organization `acme`, whose owner is `wren` and whose member is `finch`,
/// has the repositories `acme/shop` and `acme/web` and the application installed.
#[derive(Debug)]
pub struct GitHubStandIn {
    receiver: Receiver,
    world: Arc<Mutex<World>>,
}

impl GitHubStandIn {
    /// Starts it with the time of the system.
    pub async fn start() -> Self {
        Self::start_at(Clock::system()).await
    }

    /// Starts it with another clock, by which tokens expire.
    pub async fn start_at(clock: Clock) -> Self {
        let receiver = Receiver::start().await;
        let world = Arc::new(Mutex::new(World::new(clock, receiver.url(""))));
        let of_server = world.clone();
        receiver.answer_with(move |_, request| {
            let mut world = of_server.lock().unwrap_or_else(PoisonError::into_inner);
            router::answer(&mut world, request)
        });
        Self { receiver, world }
    }

    /// The address of its pages, without a slash at the end.
    pub fn url(&self) -> String {
        self.receiver.url("")
    }

    /// The private key of the application, as PEM.
    pub fn private_key(&self) -> String {
        let key = RsaPrivateKey::from_pkcs1_der(KEY).unwrap();
        key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
    }

    /// Its state, to be read and changed. No call is answered while it is held.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives these answers to the next calls, one each, instead of its own.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.receiver.answer_next(answers);
    }

    /// The calls so far, for example `GET /api/v3/user`.
    pub fn calls(&self) -> Vec<String> {
        let received = self.receiver.received();
        received.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// The calls so far, with queries and bodies.
    pub fn requests(&self) -> Vec<Received> {
        self.receiver.received()
    }

    /// The headers of the last call, as text.
    pub fn last_header(&self, name: &str) -> Option<String> {
        self.receiver.received().last()?.header(name).map(str::to_owned)
    }

    /// A signed webhook. `body` gets the action, and the installation of `acme` unless it names one.
    pub fn webhook(&self, event: &str, action: &str, body: Value) -> Webhook {
        webhook::signed(&mut self.world(), event, action, body)
    }

    /// The value of `X-Hub-Signature-256` for a body.
    pub fn signature(&self, body: &[u8]) -> String {
        webhook::signature(body)
    }

    /// The webhooks of all changes since the last call.
    pub fn take_webhooks(&self) -> Vec<Webhook> {
        let mut world = self.world();
        let events = std::mem::take(&mut world.events);
        events
            .into_iter()
            .map(|(event, action, body)| webhook::signed(&mut world, &event, &action, body))
            .collect()
    }

    /// A code with which a person comes back after signing in.
    pub fn code(&self, login: &str) -> String {
        person::code(&mut self.world(), login)
    }
}
