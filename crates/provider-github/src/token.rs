//! The token of an installation: it is valid for an hour, and kept with the integration.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use patchbay_egress::Method;
use patchbay_provider::{Client, Failure, Kind, Object, Renew, Result, Secrets};
use serde::Deserialize;
use serde_json::Value;

use crate::app::{App, part};
use crate::calls::{Call, call};

/// A token is renewed before it expires.
const EARLY: TimeDelta = TimeDelta::minutes(5);
const TOKEN: &str = "access_token";
const EXPIRES_AT: &str = "expires_at";
pub(crate) const NOT_FOUND: &str = "The GitHub installation could not be found.";

/// The token, if it is valid for some time.
pub(crate) fn valid(secrets: &Secrets, now: DateTime<Utc>) -> Option<&str> {
    let expires_at = secrets.metadata_text(EXPIRES_AT)?.parse::<DateTime<Utc>>().ok()?;
    secrets.metadata_text(TOKEN).filter(|token| !token.is_empty() && expires_at - EARLY > now)
}

/// Metadata without a token.
pub(crate) fn none(metadata: &mut Object) {
    for name in [TOKEN, EXPIRES_AT] {
        metadata.insert(name.to_owned(), Value::Null);
    }
}

/// The request for a new token.
pub(crate) struct TokenRequest<'a> {
    pub(crate) app: &'a App,
    pub(crate) client: &'a Client,
    pub(crate) installation_id: &'a str,
}

#[derive(Deserialize)]
struct Issued {
    token: String,
    expires_at: String,
    #[serde(default)]
    permissions: Value,
}

#[async_trait]
impl Renew for TokenRequest<'_> {
    async fn renew(&self, secrets: &Secrets) -> Result<Secrets> {
        let path = format!("app/installations/{}/access_tokens", part(self.installation_id));
        let wanted = Call { method: Method::POST, url: self.app.api(&path, &[])?, body: None };
        let authorization = self.app.authorization(self.client.now())?;
        let issued = call(self.app, self.client, &authorization, &wanted).await.map_err(refusal)?;
        let issued: Issued = issued.json()?;
        let mut renewed = secrets.clone();
        for (name, value) in [
            (TOKEN, issued.token.into()),
            (EXPIRES_AT, issued.expires_at.into()),
            ("permissions", issued.permissions),
        ] {
            renewed.metadata.insert(name.to_owned(), value);
        }
        Ok(renewed)
    }
}

/// Without its installation the integration has no credentials; no ticket is gone.
fn refusal(failure: Failure) -> Failure {
    match failure.kind {
        Kind::Gone => Failure { kind: Kind::Unauthorized, ..failure.with_message(NOT_FOUND) },
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_valid_until_five_minutes_before_its_end() {
        let now: DateTime<Utc> = "2026-10-02T09:00:00Z".parse().unwrap();
        let valid = |expires_at: &str| {
            let Value::Object(metadata) = json!({ TOKEN: "t", EXPIRES_AT: expires_at }) else { panic!() };
            valid(&Secrets { metadata, identity: Object::new() }, now).is_some()
        };
        assert!(valid("2026-10-02T09:05:01Z"));
        for expired in ["2026-10-02T09:05:00Z", "2026-10-02T08:00:00Z", "", "soon"] {
            assert!(!valid(expired), "{expired}");
        }
    }
}
