//! A client of the REST API.

use anyhow::Context;
use bytes::Bytes;
use patchbay_egress::{Egress, EgressPolicy, Method, OutboundRequest};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(super) struct Rest {
    base_url: String,
    http: Egress,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Rest {
    pub(super) fn new(base_url: &str) -> anyhow::Result<Self> {
        let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
        Ok(Self { base_url: base_url.to_owned(), http: Egress::new(policy)? })
    }

    pub(super) async fn get(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, Some(token), None).await
    }

    pub(super) async fn put(&self, path: &str, token: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::PUT, path, Some(token), Some(body)).await
    }

    pub(super) async fn post(&self, path: &str, token: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(token), Some(body)).await
    }

    /// Sends no token: the credentials of a grant exchange are in the body.
    pub(super) async fn post_anonymously(&self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, None, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        self.send(Method::DELETE, path, Some(token), None).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> anyhow::Result<Answer> {
        let url = format!("{}{path}", self.base_url);
        let mut request = OutboundRequest::new(method, url);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json");
            request.body = Bytes::from(body.to_string());
        }
        let answer = self.http.send(request).await.with_context(|| format!("no answer from {path}"))?;
        Ok(Answer { status: answer.status, body: answer.body })
    }
}
