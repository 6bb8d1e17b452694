//! Calls of an installation.

use std::sync::{Mutex, PoisonError};

use patchbay_domain::SecretString;
use patchbay_egress::Method;
use patchbay_provider::{Failure, Installation, Kind, Response, Result, Secrets};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{App, bearer};
use crate::calls::{Call, call};
use crate::token::{self, TokenRequest};

/// Credentials that another call has renewed may be out of date, too.
const MAX_RENEWALS: usize = 3;
/// Entries of a page.
pub(crate) const PAGE: usize = 100;

/// GitHub, as an installation of the application.
pub(crate) struct Api<'a> {
    pub(crate) app: &'a App,
    pub(crate) installation: &'a Installation,
    /// The newest credentials that are known.
    secrets: Mutex<Secrets>,
}

impl<'a> Api<'a> {
    pub(crate) fn of(app: &'a App, installation: &'a Installation) -> Self {
        Self { app, installation, secrets: Mutex::new(installation.secrets.clone()) }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.send(Method::GET, path, query, None).await?.json()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value> {
        self.send(Method::POST, path, &[], Some(body)).await?.json()
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Result<Value> {
        self.send(Method::PATCH, path, &[], Some(body)).await?.json()
    }

    /// The entries of the first `max_pages` pages: of the answer itself, or of its member `list`. True if there are more.
    pub(crate) async fn pages(
        &self,
        path: &str,
        list: Option<&str>,
        max_pages: usize,
    ) -> Result<(Vec<Value>, bool)> {
        let mut entries = Vec::new();
        for number in 1..=max_pages {
            let (size, number) = (PAGE.to_string(), number.to_string());
            let query = [("per_page", size.as_str()), ("page", number.as_str())];
            let response = self.send(Method::GET, path, &query, None).await?;
            entries.extend(listed(&response, list)?);
            if !has_next(&response) {
                return Ok((entries, false));
            }
        }
        Ok((entries, true))
    }

    /// Makes a call with the installation's token. GitHub may refuse a token before its time; then it is renewed, once.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Response> {
        let wanted = Call { method, url: self.app.api(path, query)?, body };
        let (authorization, used) = self.credentials().await?;
        let client = &self.installation.client;
        match call(self.app, client, &authorization, &wanted).await {
            Err(failure) if failure.kind == Kind::Unauthorized => {
                self.renew(&used).await?;
                let (authorization, _) = self.credentials().await?;
                call(self.app, client, &authorization, &wanted).await
            }
            other => other,
        }
    }

    async fn credentials(&self) -> Result<(SecretString, Secrets)> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for _ in 0..MAX_RENEWALS {
            if let Some(token) = token::valid(&secrets, self.installation.client.now()) {
                return Ok((bearer(token), secrets));
            }
            secrets = self.renew(&secrets).await?;
        }
        let message = "GitHub gave a token that has expired: the clocks of the two hosts differ.";
        Err(Failure::new(Kind::ClockSkew, message))
    }

    async fn renew(&self, stale: &Secrets) -> Result<Secrets> {
        let Installation { client, integration, vault, .. } = self.installation;
        let request = TokenRequest { app: self.app, client, installation_id: &integration.external_id };
        let renewed = vault.renew(stale, &request).await?;
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&renewed);
        Ok(renewed)
    }
}

/// The entries of a page.
pub(crate) fn listed(response: &Response, list: Option<&str>) -> Result<Vec<Value>> {
    let mut page: Value = response.json()?;
    let entries = match list {
        Some(list) => page[list].take(),
        None => page,
    };
    let Value::Array(entries) = entries else { return Ok(Vec::new()) };
    Ok(entries)
}

/// Whether another page follows.
pub(crate) fn has_next(response: &Response) -> bool {
    response.header("link").is_some_and(|link| link.contains("rel=\"next\""))
}
