//! Requests to an app for one of its UI components. The sender of webhooks makes them, so that signing, guarding and
//! logging are in one place.

use std::time::Duration;

use axum::http::StatusCode;
use patchbay_domain::Result;
use patchbay_proto::installation::Installation;
use patchbay_proto::webhook_sender::{CallMethod, CallRequest, QueryPair};
use patchbay_rpc::request;
use serde_json::Value;

use crate::error::Failure;
use crate::gateway::Gateway;
use crate::grpc::Answer;

/// The sender waits shorter, so that its answer gets here.
const DEADLINE: Duration = Duration::from_secs(40);
/// Of a message that is shown to people.
const MAX_MESSAGE: usize = 500;

/// One request to an app.
#[derive(Debug)]
pub(crate) struct AppCall<'a> {
    /// Slug of the app.
    pub(crate) app: &'a str,
    pub(crate) installation: &'a Installation,
    /// Under which it is logged.
    pub(crate) event_type: &'static str,
    pub(crate) method: Method,
    pub(crate) uri: &'a str,
}

/// How it is made, and what it says.
#[derive(Debug)]
pub(crate) enum Method {
    Get(Vec<(&'static str, String)>),
    Post(Value),
}

/// What the app answered.
#[derive(Debug)]
pub(crate) struct AppAnswer {
    /// 0 when there was none.
    pub(crate) status: i32,
    /// `None` when it was no JSON, or too much of it.
    pub(crate) body: Option<Value>,
}

impl AppCall<'_> {
    /// # Errors
    /// When the request could not be made at all.
    pub(crate) async fn send(self, gateway: &Gateway) -> Result<AppAnswer> {
        let (method, query, body) = match self.method {
            Method::Get(query) => (CallMethod::Get, query, Vec::new()),
            Method::Post(body) => (CallMethod::Post, Vec::new(), body.to_string().into_bytes()),
        };
        let query = query.into_iter().map(|(name, value)| QueryPair { name: name.to_owned(), value });
        let mut message = request(CallRequest {
            app: self.app.to_owned(),
            installation_uuid: self.installation.uuid.clone(),
            organization_id: self.installation.organization_id,
            event_type: self.event_type.to_owned(),
            method: method.into(),
            uri: self.uri.to_owned(),
            query: query.collect(),
            body: body.into(),
            timeout_ms: 0,
        });
        message.set_timeout(DEADLINE);
        let answer = gateway.services.webhooks().call(message).await.answer()?;
        // Half a document means something else than the whole.
        let body = (!answer.truncated).then(|| serde_json::from_slice(&answer.body).ok()).flatten();
        Ok(AppAnswer { status: answer.response_code, body })
    }
}

impl AppAnswer {
    pub(crate) fn is_success(&self) -> bool {
        (200..400).contains(&self.status)
    }

    /// The app's own refusal passed on, in its words or ours; 502 where there was no answer.
    pub(crate) fn failure(&self, fallback: &str) -> Failure {
        let status = u16::try_from(self.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.filter(|status| status.as_u16() >= 400).unwrap_or(StatusCode::BAD_GATEWAY);
        let message = self.message().unwrap_or_else(|| fallback.to_owned());
        Failure::new(status, "APP_REFUSED", &message)
    }

    /// What the app says to people.
    pub(crate) fn message(&self) -> Option<String> {
        let message = self.body.as_ref()?["message"].as_str().filter(|message| !message.is_empty())?;
        Some(message.chars().take(MAX_MESSAGE).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_app_speaks_to_people_through_its_message() {
        let answer = |status, body| AppAnswer { status, body };
        assert_eq!(
            answer(400, Some(json!({ "message": "No such channel" }))).message().as_deref(),
            Some("No such channel")
        );
        for body in [None, Some(json!([])), Some(json!({ "message": "" })), Some(json!({ "message": 7 }))] {
            assert_eq!(answer(400, body).message(), None);
        }
        assert!(
            answer(204, None).is_success()
                && !answer(0, None).is_success()
                && !answer(400, None).is_success()
        );
    }
}
