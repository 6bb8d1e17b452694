//! Requests, and the answers that all parts of the interface share.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::receiver::{Answer, Received};

/// A request of the interface or of a page.
pub(super) struct Call<'a> {
    pub(super) request: &'a Received,
    pub(super) path: &'a str,
    pub(super) parts: Vec<&'a str>,
}

impl Call<'_> {
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.request.query.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| Cow::into_owned(value))
    }

    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(&self.request.body).unwrap_or_default()
    }
}

/// A JSON body with a status.
pub(super) fn with_status(status: u16, body: &Value) -> Answer {
    Answer::status(status).header("content-type", "application/json; charset=utf-8").body(body.to_string())
}

/// A status with GitHub's words.
pub(super) fn message(status: u16, text: &str) -> Answer {
    let body = json!({ "message": text, "documentation_url": "https://docs.github.test/rest" });
    with_status(status, &body)
}

pub(super) fn not_found() -> Answer {
    message(404, "Not Found")
}

/// The address of something that moved.
pub(super) fn moved(to: &str) -> Answer {
    let body = json!({ "message": "Moved Permanently", "url": to });
    with_status(301, &body).header("location", to)
}
