//! The outside app of the story: a real HTTP endpoint that checks signatures and sometimes has a bad moment.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use patchbay_domain::Clock;
use patchbay_webhook_signature::{Secret, Verifier};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long the story waits for a webhook before it says that none came.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running endpoint.
pub(super) struct App {
    pub(super) webhook_url: String,
    inbox: Arc<Inbox>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Inbox {
    state: Mutex<InboxState>,
    arrived: Notify,
}

#[derive(Default)]
struct InboxState {
    unread: VecDeque<Webhook>,
    total: usize,
    bad_moments: usize,
}

/// A webhook as it came in.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl App {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let webhook_url = format!("http://{}/webhook", listener.local_addr()?);
        let inbox = Arc::new(Inbox::default());
        let router = Router::new().route("/webhook", post(receive)).with_state(inbox.clone());
        let server = tokio::spawn(async move {
            // Ends with the task only.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { webhook_url, inbox, server })
    }

    /// Answers the next `times` webhooks with 500.
    pub(super) fn have_bad_moments(&self, times: usize) {
        self.inbox.state().bad_moments = times;
    }

    /// How many webhooks have come in so far.
    pub(super) fn total(&self) -> usize {
        self.inbox.state().total
    }

    /// The next webhook, in order of arrival.
    pub(super) async fn next(&self, what: &str) -> anyhow::Result<Webhook> {
        let arrival = async {
            loop {
                let arrived = self.inbox.arrived.notified();
                if let Some(webhook) = self.inbox.state().unread.pop_front() {
                    return webhook;
                }
                arrived.await;
            }
        };
        timeout(PATIENCE, arrival).await.with_context(|| format!("{what} did not arrive within {PATIENCE:?}"))
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Inbox {
    fn state(&self) -> std::sync::MutexGuard<'_, InboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let status = {
        let mut state = inbox.state();
        state.unread.push_back(Webhook { headers, body });
        state.total += 1;
        if state.bad_moments > 0 {
            state.bad_moments -= 1;
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::OK
        }
    };
    inbox.arrived.notify_one();
    status
}

impl Webhook {
    pub(super) fn header(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.headers.get(name).with_context(|| format!("the webhook has no {name}"))?;
        Ok(value.to_str()?)
    }

    /// The body of a webhook that must be this event, with both signatures checked.
    pub(super) fn verified(&self, event: &str, secret: &Secret) -> anyhow::Result<Value> {
        let verifier = Verifier::new([secret]);
        verifier
            .sentry(self.header("sentry-hook-signature")?, &self.body)
            .context("Sentry-Hook-Signature")?;
        verifier
            .standard(
                self.header("webhook-id")?,
                self.header("webhook-timestamp")?,
                self.header("webhook-signature")?,
                &self.body,
                Clock::system().now().timestamp(),
            )
            .context("webhook-signature")?;
        let value: Value = serde_json::from_slice(&self.body)?;
        let Some((resource, action)) = event.split_once('.') else { bail!("{event} is no event") };
        let seen = (self.header("sentry-hook-resource")?, value["action"].as_str());
        ensure!(seen == (resource, Some(action)), "expected {event}, got {seen:?}");
        Ok(value)
    }
}
