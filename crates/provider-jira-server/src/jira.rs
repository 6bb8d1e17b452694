//! Signed calls to a Jira.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache as Moka;
use patchbay_egress::Method;
use patchbay_provider::oauth1::{PrivateKey, Signer, private_key};
use patchbay_provider::{Client, Failure, Installation, Kind, Object, Request, Response, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::errors::explain;

/// Metadata of Jira is asked for again after this time.
const FRESH: Duration = Duration::from_secs(240);
/// Answers that are kept.
const MAX_CACHED: u64 = 500;

/// Metadata of all integrations: projects, types, fields, statuses. Transitions and users are never in it.
#[derive(Debug, Clone)]
pub(crate) struct Cache(Moka<(i64, String), Arc<Value>>);

impl Cache {
    pub(crate) fn new() -> Self {
        Self(Moka::builder().max_capacity(MAX_CACHED).time_to_live(FRESH).build())
    }
}

/// The credentials of a consumer.
pub(crate) struct Credentials {
    consumer_key: String,
    private_key: PrivateKey,
    token: Option<String>,
    verifier: Option<String>,
}

impl Credentials {
    /// # Errors
    /// The private key is none.
    pub(crate) fn new(consumer_key: &str, pem: &str, token: Option<&str>) -> Result<Self> {
        let key = private_key(pem).ok_or_else(|| {
            Failure::new(Kind::Unauthorized, "The private key of the integration is not readable.")
        })?;
        Ok(Self {
            consumer_key: consumer_key.to_owned(),
            private_key: key,
            token: token.map(str::to_owned),
            verifier: None,
        })
    }

    pub(crate) fn with_verifier(self, verifier: &str) -> Self {
        Self { verifier: Some(verifier.to_owned()), ..self }
    }
}

/// One Jira, and an account there.
pub(crate) struct Jira<'a> {
    client: &'a Client,
    base_url: String,
    checks_certificate: bool,
    credentials: Credentials,
    cached: Option<(&'a Cache, i64)>,
}

impl<'a> Jira<'a> {
    /// The Jira of an integration.
    pub(crate) fn of(installation: &'a Installation, cache: &'a Cache) -> Result<Self> {
        let secrets = &installation.secrets;
        let text = |name: &str| secrets.identity_text(name).unwrap_or_default();
        let credentials =
            Credentials::new(text("consumer_key"), text("private_key"), Some(text("access_token")))?;
        let checks_certificate = secrets.metadata.get("verify_ssl").and_then(Value::as_bool).unwrap_or(true);
        Ok(Self {
            client: &installation.client,
            base_url: secrets.metadata_text("base_url").unwrap_or_default().to_owned(),
            checks_certificate,
            credentials,
            cached: Some((cache, installation.integration.id)),
        })
    }

    /// A Jira that is being set up.
    pub(crate) fn at(
        client: &'a Client,
        base_url: &str,
        checks_certificate: bool,
        credentials: Credentials,
    ) -> Self {
        let base_url = base_url.to_owned();
        Self { client, base_url, checks_certificate, credentials, cached: None }
    }

    pub(crate) fn url(&self, path: &str, query: &[(&str, &str)]) -> Result<Url> {
        let mut url: Url = format!("{}/{path}", self.base_url)
            .parse()
            .map_err(|_| Failure::refused("The address of the Jira is not a URL."))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.send(Method::GET, self.url(path, query)?, None).await?.json()
    }

    /// As [`Jira::get`], from the cache if it was asked for lately.
    pub(crate) async fn metadata(&self, path: &str, query: &[(&str, &str)]) -> Result<Arc<Value>> {
        let url = self.url(path, query)?;
        let key = self.cached.map(|(_, id)| (id, url.to_string()));
        let known = self.cached.zip(key.as_ref()).and_then(|((cache, _), key)| cache.0.get(key));
        if let Some(known) = known {
            return Ok(known);
        }
        let found: Arc<Value> = Arc::new(self.send(Method::GET, url, None).await?.json()?);
        if let Some(((cache, _), key)) = self.cached.zip(key) {
            cache.0.insert(key, found.clone());
        }
        Ok(found)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Response> {
        self.send(Method::POST, self.url(path, &[])?, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Response> {
        self.send(Method::PUT, self.url(path, &[])?, Some(body)).await
    }

    pub(crate) async fn delete(&self, url: Url) -> Result<()> {
        self.send(Method::DELETE, url, None).await.map(drop)
    }

    /// Makes a call without a body, whose answer is form-encoded whatever its label says.
    pub(crate) async fn token_request(&self, path: &str) -> Result<Object> {
        let response = self.send(Method::POST, self.url(path, &[])?, None).await?;
        let pairs = url::form_urlencoded::parse(&response.body);
        Ok(pairs.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect())
    }

    pub(crate) async fn send(&self, method: Method, url: Url, body: Option<&Value>) -> Result<Response> {
        let Credentials { consumer_key, private_key, token, verifier } = &self.credentials;
        let signer =
            Signer { consumer_key, private_key, token: token.as_deref(), verifier: verifier.as_deref() };
        let nonce = patchbay_domain::token::generate();
        let timestamp = self.client.now().timestamp();
        let authorization = signer.authorization(&method, &url, nonce.expose(), timestamp);
        let request = Request::new(method, &url)
            .checks_certificate(self.checks_certificate)
            .header("Authorization", authorization)
            .header("Accept", "application/json");
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.client.send_explained(request, explain).await
    }
}

/// A part of a path, for example the key of a ticket.
pub(crate) fn part(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
