//! Requests to an app for one of its UI components. The webhook sender makes them, so that signing, the egress guard and
//! the log are in one place.

use std::time::Duration;

use axum::http::StatusCode;
use patchbay_domain::Error;
use patchbay_proto::installation::Installation;
use patchbay_proto::webhook_sender::{CallMethod, CallRequest, QueryPair};
use patchbay_rpc::request;
use serde_json::Value;
use tokio::time::Instant;

use crate::api::error::{Failure, Result};
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// The part of the time limit of a request that remains for its answer after the calls to apps.
const ANSWER_RESERVE: Duration = Duration::from_secs(1);
/// The webhook sender stops this much earlier than the gateway, so that its answer arrives in time.
const SENDER_MARGIN: Duration = Duration::from_millis(500);
/// Characters of a message that is shown to people.
const MAX_MESSAGE: usize = 500;

/// One request to an app.
#[derive(Debug)]
pub(crate) struct AppCall<'a> {
    /// Slug of the app.
    pub(crate) app: &'a str,
    pub(crate) installation: &'a Installation,
    /// The event type of the log entry.
    pub(crate) event_type: &'static str,
    pub(crate) method: Method,
    pub(crate) uri: &'a str,
    /// When the answer has to be here; see [`patience`].
    pub(crate) deadline: Instant,
}

/// Until when apps may answer a request that begins now, all of them together.
pub(crate) fn patience(context: &Context) -> Instant {
    let whole = context.config.request_timeout;
    Instant::now() + whole.saturating_sub(ANSWER_RESERVE).max(whole / 2)
}

/// The HTTP method, with the query or the body.
#[derive(Debug)]
pub(crate) enum Method {
    Get(Vec<(&'static str, String)>),
    Post(Value),
}

/// The answer of the app.
#[derive(Debug)]
pub(crate) struct AppAnswer {
    /// 0 when there was no answer.
    pub(crate) status: i32,
    /// `None` when it was not JSON, or too long.
    pub(crate) body: Option<Value>,
}

impl AppCall<'_> {
    /// # Errors
    /// When the request could not be made at all.
    pub(crate) async fn send(self, context: &Context) -> Result<AppAnswer> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(AppAnswer { status: 0, body: None });
        }
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
            timeout_ms: i32::try_from(left.as_millis()).unwrap_or(i32::MAX).max(1),
        });
        message.set_timeout(left + SENDER_MARGIN);
        let answer = context.services.webhooks().call(message).await.answer().map_err(refusal)?;
        let app_id = self.installation.app_id;
        let is_failure = !(200..400).contains(&answer.response_code);
        if is_failure && context.app_warnings.is_due(app_id, context.introspection.clock().now()) {
            let (status, error) = (answer.response_code, &answer.error);
            tracing::warn!(
                app_id,
                status,
                error,
                "an app failed a request for a UI component; the client gets its error"
            );
        }
        // A truncated document must not be interpreted.
        let body = (!answer.truncated).then(|| serde_json::from_slice(&answer.body).ok()).flatten();
        Ok(AppAnswer { status: answer.response_code, body })
    }
}

/// An app without an address is answered like a failure of the app: the caller cannot fix it.
fn refusal(error: Error) -> Failure {
    match error.reason.as_ref() {
        "WEBHOOK_URL_MISSING" => {
            Failure::of_app(StatusCode::INTERNAL_SERVER_ERROR, "WEBHOOK_URL_MISSING", &error.message)
        }
        _ => error.into(),
    }
}

impl AppAnswer {
    pub(crate) fn is_success(&self) -> bool {
        (200..400).contains(&self.status)
    }

    /// The refusal of the app, with its message or this one; 502 where there was no answer.
    pub(crate) fn failure(&self, fallback: &str) -> Failure {
        let message = self.message().unwrap_or_else(|| fallback.to_owned());
        self.failure_saying(&message)
    }

    /// As [`AppAnswer::failure`], with this message. A status that is no HTTP error is not passed on.
    pub(crate) fn failure_saying(&self, message: &str) -> Failure {
        let status = u16::try_from(self.status).ok().filter(|status| (400..600).contains(status));
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        Failure::of_app(status.unwrap_or(StatusCode::BAD_GATEWAY), "APP_REFUSED", message)
    }

    /// The message of the app for people.
    pub(crate) fn message(&self) -> Option<String> {
        let message = self.body.as_ref()?["message"].as_str().filter(|message| !message.is_empty())?;
        Some(message.chars().take(MAX_MESSAGE).collect())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;
    use axum::response::IntoResponse;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_of_the_app_is_passed_on_and_is_not_ours() {
        for (status, expected) in [
            (400, 400),
            (401, 401),
            (429, 429),
            (503, 503),
            (599, 599),
            (600, 502),
            (999, 502),
            (0, 502),
            (101, 502),
        ] {
            let response = AppAnswer { status, body: None }.failure("No").into_response();
            assert_eq!(response.status().as_u16(), expected, "{status}");
            assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE), "{status}");
        }
    }

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
