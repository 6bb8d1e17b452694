//! Signed calls to a program.

use std::collections::BTreeMap;
use std::fmt;

use patchbay_domain::token;
use patchbay_egress::{Egress, Method};
use patchbay_provider::{Client, Explained, Kind, Request, Response, Result};
use patchbay_webhook_signature::SigningKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

/// Characters of a message of a program that are shown.
const MAX_MESSAGE: usize = 1000;
/// Fields with problems that are shown.
const MAX_FIELDS: usize = 100;

/// The program of a provider.
pub(crate) struct Program {
    /// Operations are below it.
    url: Url,
    key: SigningKey,
    /// Reaches this program, which may have a private address because the operator chose it, and nothing else that is private.
    egress: Egress,
}

/// The answer of an operation that returns nothing: any JSON object.
#[derive(Debug, Deserialize)]
pub(crate) struct Done {}

impl fmt::Debug for Program {
    /// Omits the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Program {
    pub(crate) fn new(url: Url, key: SigningKey, egress: Egress) -> Self {
        Self { url, key, egress }
    }

    /// Posts the arguments to `{url}/{operation}`, signed in the way of Standard Webhooks.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        client: &Client,
        operation: &str,
        arguments: &Value,
    ) -> Result<T> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(operation);
        }
        let body = arguments.to_string();
        let id = format!("call_{}", token::generate().expose());
        let now = client.now().timestamp();
        let request = Request::new(Method::POST, &url)
            .through(&self.egress)
            .header("webhook-id", id.as_str())
            .header("webhook-timestamp", now.to_string())
            .header("webhook-signature", self.key.standard(&id, now, body.as_bytes()))
            .body("application/json", body);
        client.send_explained(request, explain).await?.json()
    }
}

/// `{"error":{"kind":"no_user","message":"…","fields":{"title":["…"]}}}`.
#[derive(Deserialize)]
struct Refusal {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    fields: BTreeMap<String, Vec<String>>,
}

fn explain(response: &Response) -> Option<Explained> {
    let Refusal { error } = serde_json::from_slice(&response.body).ok()?;
    let bounded = |text: String| text.chars().take(MAX_MESSAGE).collect::<String>();
    let fields: Vec<_> = error
        .fields
        .into_iter()
        .take(MAX_FIELDS)
        .map(|(name, problems)| (name, problems.into_iter().take(MAX_FIELDS).map(bounded).collect()))
        .collect();
    let kind = match error.kind.as_str() {
        "invalid_fields" => Some(Kind::Fields(fields.clone())),
        name => kind(name),
    };
    Some(Explained { kind, message: bounded(error.message), fields })
}

/// `None` lets the status decide.
fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "refused" => Kind::Refused,
        "unauthorized" => Kind::Unauthorized,
        "forbidden" => Kind::Forbidden,
        "not_found" => Kind::Gone,
        "rate_limited" => Kind::RateLimited,
        "unreachable" => Kind::Unreachable,
        "certificate" => Kind::Certificate,
        "unreadable" => Kind::Unreadable,
        "no_user" => Kind::NoUser,
        "no_transition" => Kind::NoTransition,
        "not_applied" => Kind::NotApplied,
        "clock_skew" => Kind::ClockSkew,
        _ => return None,
    })
}
