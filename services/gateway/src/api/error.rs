//! Refusals in the form of Sentry. The only place where an error becomes an HTTP response.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::{Error, ErrorKind, FieldViolation};
use patchbay_rpc::status::http_status;
use serde_json::{Map, Value, json};

use crate::api::request_id;
use patchbay_edge::origins::FOREIGN_ORIGIN;
use patchbay_edge::rate_limit::RateLimited;

/// Seconds after which a limit of a service (such as ten refreshes a minute) allows the next call.
const REFILL: u64 = 60;
/// Seconds after which a call to an unavailable service is worth repeating.
const UNAVAILABLE_RETRY: u64 = 1;
/// The reason of the one internal error whose message is shown to callers.
const SHOWN: &str = "ORGANIZATION_UNAVAILABLE";

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// A refusal or a failure.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    /// `None` is an empty body.
    body: Option<Value>,
    reason: String,
    /// Seconds after which the same request may succeed.
    retry_after: Option<u64>,
    /// An app failed, not Patchbay: its status is passed on.
    is_of_app: bool,
}

/// Marks an answer that foreign pages must not read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PrivateResponse;

impl Failure {
    /// A refusal by HTTP's rules, which have more kinds than ours.
    pub(crate) fn new(status: StatusCode, reason: &str, detail: &str) -> Self {
        let body = Some(json!({ "detail": detail }));
        Self { status, body, reason: reason.to_owned(), retry_after: None, is_of_app: false }
    }

    /// A failure of an app that the request needed.
    pub(crate) fn of_app(status: StatusCode, reason: &str, detail: &str) -> Self {
        Self { is_of_app: true, ..Self::new(status, reason, detail) }
    }

    /// Adds `context` beside `detail`.
    #[must_use]
    pub(crate) fn with_context(self, context: Value) -> Self {
        self.with("context", context)
    }

    /// Adds a key beside `detail`.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        if let Some(Value::Object(body)) = &mut self.body {
            body.insert(key.to_owned(), value);
        }
        self
    }

    /// Reduces the body to the detail alone, as Sentry does in a few places.
    #[must_use]
    pub(crate) fn bare(mut self) -> Self {
        self.body = self.body.map(|mut body| body.get_mut("detail").map_or(Value::Null, Value::take));
        self
    }

    /// Moves the detail below a field, as a list.
    #[must_use]
    pub(crate) fn of_field(mut self, field: &str) -> Self {
        self.body = Some(json!({ field: [self.detail()] }));
        self
    }

    /// The message for people.
    pub(crate) fn detail(&self) -> String {
        let detail = self.body.as_ref().and_then(|body| body["detail"].as_str());
        detail.unwrap_or("The requested resource does not exist").to_owned()
    }

    /// No such route, or no such resource.
    pub(crate) fn no_such_resource() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NO_SUCH_RESOURCE", "The requested resource does not exist")
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status =
            StatusCode::from_u16(http_status(error.kind)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let reason = error.reason.into_owned();
        let retry_after = match error.kind {
            // Whole seconds, rounded up: who comes back earlier is refused again.
            ErrorKind::TooManyRequests => {
                let wait = error.retry_after.map(|wait| wait.as_millis().div_ceil(1000).max(1));
                Some(wait.and_then(|seconds| seconds.try_into().ok()).unwrap_or(REFILL))
            }
            ErrorKind::Unavailable => Some(UNAVAILABLE_RETRY),
            _ => None,
        };
        let is_shown = error.kind != ErrorKind::Internal || reason == SHOWN;
        let message = if is_shown { error.message } else { our_fault() };
        let body = if !error.fields.is_empty() {
            Some(Value::Object(error.fields.into_iter().map(field).collect::<Map<_, _>>()))
        } else if message.is_empty() {
            None
        } else {
            Some(json!({ "detail": message }))
        };
        Self { status, body, reason, retry_after, is_of_app: false }
    }
}

impl From<RateLimited> for Failure {
    fn from(limited: RateLimited) -> Self {
        let detail = format!(
            "You are attempting to use this endpoint too frequently. Limit is {} requests in 60 seconds",
            limited.per_minute
        );
        let failure = Self::from(Error::too_many_requests("RATE_LIMITED", detail));
        Self { retry_after: Some(limited.wait.as_secs() + 1), ..failure }
    }
}

/// Sentry's message for an internal error, with the request id under which the log has the details.
fn our_fault() -> String {
    let id = request_id::current();
    let id = id.as_deref().unwrap_or("None");
    format!("An issue occurred during the integration platform process. Sentry error ID: {id}")
}

fn field(violation: FieldViolation) -> (String, Value) {
    (violation.field, violation.messages.into())
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        // Apps can fail as often as they like, and an operator cannot mend them.
        if self.status.is_server_error() && !self.is_of_app {
            tracing::error!(
                status = self.status.as_u16(),
                reason = self.reason,
                "a request failed; the client gets a 5xx"
            );
        }
        let mut response = match self.body {
            Some(body) => (self.status, axum::Json(body)).into_response(),
            None => self.status.into_response(),
        };
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.reason == FOREIGN_ORIGIN {
            response.extensions_mut().insert(PrivateResponse);
        }
        // The 401 of an app is not about the client's token.
        if self.status == StatusCode::UNAUTHORIZED && !self.is_of_app {
            let challenge = HeaderValue::from_static("Bearer realm=\"api\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn written(failure: impl Into<Failure>) -> (u16, String) {
        let response = failure.into().into_response();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn each_kind_of_refusal_has_its_shape() {
        let cases = [
            (Error::not_found("X", "Not here"), 404, r#"{"detail":"Not here"}"#),
            (Error::not_found("X", ""), 404, ""),
            (
                Error::field("name", "too long").with_field("name", "too odd").with_field("scopes", "x"),
                400,
                r#"{"name":["too long","too odd"],"scopes":["x"]}"#,
            ),
            (
                Error::forbidden("X", "").with_field("non_field_errors", "no"),
                403,
                r#"{"non_field_errors":["no"]}"#,
            ),
            (Error::too_many_requests("X", "Slowly"), 429, r#"{"detail":"Slowly"}"#),
            (Error::unavailable("X", "Later"), 503, r#"{"detail":"Later"}"#),
            (
                Error::internal("X", "of no concern"),
                500,
                r#"{"detail":"An issue occurred during the integration platform process. Sentry error ID: None"}"#,
            ),
        ];
        for (error, status, body) in cases {
            assert_eq!(written(error).await, (status, body.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_bare_refusal_is_a_text() {
        let failure = Failure::from(Error::forbidden("X", "Not here")).bare();
        assert_eq!(written(failure).await, (403, r#""Not here""#.to_owned()));
    }

    #[tokio::test]
    async fn context_stands_beside_the_detail() {
        let failure = Failure::from(Error::forbidden("X", "No")).with_context(json!({ "a": [1] }));
        assert_eq!(written(failure).await, (403, r#"{"detail":"No","context":{"a":[1]}}"#.to_owned()));
    }
}
