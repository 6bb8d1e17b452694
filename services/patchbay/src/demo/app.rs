//! The app of the story: an HTTP endpoint that receives webhooks, checks signatures and answers requests of its UI components.
//! It can be made to fail.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use bytes::Bytes;
use patchbay_domain::Clock;
use patchbay_webhook_signature::{Secret, Verifier};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const WEBHOOK: &str = "/webhook";
/// Path at which the app checks the settings of an alert rule action.
pub(super) const ALERT: &str = "/alert";

/// How long the story waits for a request before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

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
    /// Number of webhooks; requests of components are not counted.
    total: usize,
    failures_left: usize,
}

/// A webhook, or a request of a UI component.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    path: String,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl App {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let webhook_url = format!("http://{}{WEBHOOK}", listener.local_addr()?);
        let inbox = Arc::new(Inbox::default());
        let router = Router::new().fallback(receive).with_state(inbox.clone());
        let server = tokio::spawn(async move {
            // Runs until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { webhook_url, inbox, server })
    }

    /// Answers the next `times` webhooks with 500.
    pub(super) fn fail_next(&self, times: usize) {
        self.inbox.state().failures_left = times;
    }

    /// Number of webhooks received so far.
    pub(super) fn total(&self) -> usize {
        self.inbox.state().total
    }

    /// The next webhook of this event.
    pub(super) async fn next(&self, event: &str) -> anyhow::Result<Webhook> {
        self.first(event, |webhook| webhook.path == WEBHOOK && webhook.event() == event).await
    }

    /// The next request to this path.
    pub(super) async fn request_to(&self, path: &str) -> anyhow::Result<Webhook> {
        self.first(path, |request| request.path == path).await
    }

    async fn first(&self, what: &str, matches: impl Fn(&Webhook) -> bool) -> anyhow::Result<Webhook> {
        let arrival = async {
            loop {
                let arrived = self.inbox.arrived.notified();
                let found = self.inbox.state().take(&matches);
                if let Some(found) = found {
                    return found;
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

impl InboxState {
    fn take(&mut self, matches: impl Fn(&Webhook) -> bool) -> Option<Webhook> {
        let position = self.unread.iter().position(matches)?;
        self.unread.remove(position)
    }

    fn status(&mut self) -> StatusCode {
        self.total += 1;
        if self.failures_left > 0 {
            self.failures_left -= 1;
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::OK
        }
    }
}

async fn receive(
    State(inbox): State<Arc<Inbox>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let path = uri.path().to_owned();
    let answer = {
        let mut state = inbox.state();
        let answer = match path.as_str() {
            WEBHOOK => (state.status(), String::new()),
            ALERT => (StatusCode::OK, json!({ "message": "The channel is there." }).to_string()),
            "/projects" => {
                let web = json!({ "value": "web", "label": "Web" });
                (StatusCode::OK, json!([web, { "value": "api", "label": "API" }]).to_string())
            }
            "/issues" => {
                let issue =
                    json!({ "webUrl": "http://localhost/web/1", "project": "web", "identifier": "1" });
                (StatusCode::OK, issue.to_string())
            }
            _ => (StatusCode::NOT_FOUND, String::new()),
        };
        state.unread.push_back(Webhook { path, headers, body });
        answer
    };
    inbox.arrived.notify_one();
    answer
}

impl Webhook {
    pub(super) fn header(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.headers.get(name).with_context(|| format!("the webhook has no {name}"))?;
        Ok(value.to_str()?)
    }

    /// `resource.action`; parts that are missing are empty.
    fn event(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let resource = self.header("sentry-hook-resource").unwrap_or_default();
        format!("{resource}.{}", body["action"].as_str().unwrap_or_default())
    }

    /// Checks the signature of a request of a UI component and returns its body.
    pub(super) fn signed(&self, secret: &Secret) -> anyhow::Result<Value> {
        self.check_signature(secret)?;
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// As [`Webhook::signed`], for a GET, whose signature is over the empty text.
    pub(super) fn signed_without_body(&self, secret: &Secret) -> anyhow::Result<()> {
        ensure!(self.body.is_empty(), "a GET has a body");
        self.check_signature(secret)
    }

    fn check_signature(&self, secret: &Secret) -> anyhow::Result<()> {
        let signature = self.header("sentry-app-signature")?;
        Verifier::new([secret]).sentry(signature, &self.body).context("Sentry-App-Signature")
    }

    /// Checks both signatures and the event, and returns the body.
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
        let Some((resource, action)) = event.split_once('.') else { bail!("{event} is not an event") };
        let seen = (self.header("sentry-hook-resource")?, value["action"].as_str());
        ensure!(seen == (resource, Some(action)), "expected {event}, got {seen:?}");
        Ok(value)
    }
}
