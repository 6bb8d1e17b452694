//! The named parts of a path. A part that cannot be a name is answered 404, as an unknown one.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use patchbay_domain::{Caller, Error, Result};
use uuid::Uuid;

/// Longer than any slug, number or uuid.
const LONGEST: usize = 255;

/// The named parts of a request's path.
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Self(match RawPathParams::from_request_parts(parts, state).await {
            Ok(decoded) => decoded.iter().map(owned).collect(),
            // Bytes of one part are not text. They stay encoded, so that this part is no name.
            Err(_) => encoded(parts).map(owned).collect(),
        }))
    }
}

/// The named parts as they stand in the address.
fn encoded(parts: &Parts) -> impl Iterator<Item = (&str, &str)> {
    let pattern = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let segments = pattern.split('/').zip(parts.uri.path().split('/'));
    segments.filter_map(|(name, value)| Some((name.strip_prefix('{')?.strip_suffix('}')?, value)))
}

impl Params {
    /// `{app}`: slug or number of an app.
    pub(crate) fn app(&self) -> Result<String> {
        self.name("app")
            .ok_or_else(|| Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app"))
    }

    /// `{organization}`: slug or number of an organization. What cannot be one is refused like an organization that the caller
    /// does not belong to.
    pub(crate) fn organization(&self) -> Result<String> {
        self.name("organization").ok_or_else(Error::permission_denied)
    }

    /// `{project}`: slug or number of a project.
    pub(crate) fn project(&self) -> Result<String> {
        self.name("project").ok_or_else(no_such_resource)
    }

    /// `{installation}`: uuid of an installation.
    pub(crate) fn installation(&self) -> Result<String> {
        let uuid = self.name("installation").and_then(|text| Uuid::try_parse(&text).ok());
        uuid.map(|uuid| uuid.to_string()).ok_or_else(|| {
            Error::not_found("INSTALLATION_NOT_FOUND", "Could not find given sentry app installation")
        })
    }

    /// `{delivery}`: uuid of a webhook.
    pub(crate) fn delivery(&self) -> Result<String> {
        self.name("delivery")
            .ok_or_else(|| Error::not_found("DELIVERY_NOT_FOUND", "There is no such delivery."))
    }

    /// `{recovery}`: uuid of a job that sends webhooks again.
    pub(crate) fn recovery(&self) -> Result<String> {
        self.name("recovery")
            .ok_or_else(|| Error::not_found("RECOVERY_NOT_FOUND", "There is no such recovery."))
    }

    /// `{avatar}`: uuid of a picture.
    pub(crate) fn avatar(&self) -> Result<String> {
        let uuid = self.name("avatar").and_then(|text| Uuid::try_parse(&text).ok());
        uuid.map(|uuid| uuid.to_string()).ok_or_else(no_such_resource)
    }

    /// `{event}`: uuid of an event.
    pub(crate) fn event(&self) -> Result<String> {
        let uuid = self.name("event").and_then(|text| Uuid::try_parse(&text).ok());
        uuid.map(|uuid| uuid.to_string()).ok_or_else(no_such_resource)
    }

    /// `{issue}`: number of an issue.
    pub(crate) fn issue(&self) -> Result<i64> {
        self.name("issue").and_then(|text| text.parse().ok()).ok_or_else(no_such_resource)
    }

    /// `{member}`: number of a user, or `me` for the caller.
    pub(crate) fn member(&self, caller: &Caller) -> Result<i64> {
        let id = match self.name("member").as_deref() {
            Some("me") => caller.user().map(|user| user.user_id),
            named => named.and_then(|text| text.parse().ok()),
        };
        id.ok_or_else(no_such_resource)
    }

    /// `{token}`: number of a token.
    pub(crate) fn token(&self) -> Result<i64> {
        self.name("token").and_then(|text| text.parse().ok()).ok_or_else(no_such_resource)
    }

    /// `{comment}`: number of a comment.
    pub(crate) fn comment(&self) -> Result<i64> {
        self.number("comment")
    }

    /// `{rule}`: number of an alert rule.
    pub(crate) fn rule(&self) -> Result<i64> {
        self.number("rule")
    }

    /// `{event}`: id of an error, or a word for one.
    pub(crate) fn error(&self) -> Result<String> {
        self.name("event").ok_or_else(no_such_resource)
    }

    /// `{team}`: slug or number of a team.
    pub(crate) fn team(&self) -> Result<String> {
        self.name("team").ok_or_else(no_such_resource)
    }

    /// `{integration}`: number of an integration.
    pub(crate) fn integration(&self) -> Result<i64> {
        self.number("integration")
    }

    /// `{integration}` as it was requested; the owner of integrations refuses what is no number. Empty if it cannot be a name.
    pub(crate) fn named_integration(&self) -> String {
        self.name("integration").unwrap_or_default()
    }

    /// `{pipeline}`: name of a pipeline.
    pub(crate) fn pipeline(&self) -> Option<String> {
        self.name("pipeline")
    }

    /// `{external_actor}`: number of a mapping of a name at a tracker.
    pub(crate) fn external_actor(&self) -> Result<i64> {
        self.number("external_actor")
    }

    /// `{provider}`: path of a provider.
    pub(crate) fn provider(&self) -> Result<String> {
        self.name("provider").ok_or_else(no_such_resource)
    }

    /// `{external_issue}`: number of a link; 400 for anything else.
    pub(crate) fn external_issue(&self) -> Result<i64> {
        self.number("external_issue").map_err(|_| {
            Error::invalid("INVALID_EXTERNAL_ISSUE", "The external issue has to be named by its number.")
        })
    }

    /// The organization where the path names one, empty where it does not.
    pub(crate) fn organization_or_any(&self) -> Result<String> {
        match self.0.iter().any(|(name, _)| name == "organization") {
            true => self.organization(),
            false => Ok(String::new()),
        }
    }

    fn number(&self, name: &str) -> Result<i64> {
        self.name(name).and_then(|text| text.parse().ok()).ok_or_else(no_such_resource)
    }

    /// `{secret}`: the secret part of a link.
    pub(crate) fn secret(&self) -> Option<String> {
        self.name("secret")
    }

    fn name(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        // Slugs, numbers, uuids and secrets have no other characters.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_name = !value.is_empty() && value.len() <= LONGEST && value.bytes().all(is_plain);
        is_name.then(|| value.clone())
    }
}

fn no_such_resource() -> Error {
    Error::not_found("NO_SUCH_RESOURCE", "The requested resource does not exist")
}
