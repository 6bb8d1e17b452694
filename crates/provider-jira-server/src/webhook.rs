//! The webhook at Jira.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use patchbay_provider::{Failure, Installation, Kind, Object, Response, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::jira::Jira;

/// Where metadata keeps the address of the webhook at Jira.
pub(crate) const SELF: &str = "webhook_self";
const NAME: &str = "Sentry Issue Sync";
const EVENTS: [&str; 2] = ["jira:issue_created", "jira:issue_updated"];
/// Jira 10 and later have the second path.
const OLD_PATH: &str = "rest/webhooks/1.0/webhook";
const NEW_PATH: &str = "rest/jira-webhook/1.0/webhooks";

#[derive(Deserialize)]
struct ServerInfo {
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    url: String,
    #[serde(default, rename = "self")]
    address: String,
}

/// The address that Jira posts to: its token names the integration and is signed.
pub(crate) fn address(public_url: &Url, external_id: &str, secret: &str) -> Result<String> {
    let key = EncodingKey::from_secret(secret.as_bytes());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &json!({ "id": external_id }), &key);
    let token = token.map_err(|_| Failure::refused("The token of the webhook could not be made."))?;
    let base = public_url.as_str().trim_end_matches('/');
    Ok(format!("{base}/extensions/jira-server/issue-updated/{token}/"))
}

/// Makes the webhook and returns its address at Jira. One with the same address is used again.
pub(crate) async fn make(jira: &Jira<'_>, address: &str) -> Result<String> {
    let paths = paths(jira).await;
    let known: Vec<Known> = jira.get(paths[0], &[]).await.unwrap_or_default();
    if let Some(known) = known.into_iter().find(|known| known.url == address) {
        return Ok(known.address);
    }
    let body = json!({ "name": NAME, "url": address, "events": EVENTS });
    let mut made = jira.post(paths[0], &body).await;
    if let (Err(failure), Some(other)) = (&made, paths.get(1))
        && matches!(failure.status, Some(404 | 405))
    {
        made = jira.post(other, &body).await;
    }
    made.map(|response| own_address(&response)).map_err(refusal)
}

/// By the version of Jira; without a version the old path, then the new one.
async fn paths(jira: &Jira<'_>) -> Vec<&'static str> {
    let info: Result<ServerInfo> = jira.get("rest/api/2/serverInfo", &[]).await;
    let major = info.ok().and_then(|info| info.version.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major < 10 => vec![OLD_PATH],
        Some(_) => vec![NEW_PATH],
        None => vec![OLD_PATH, NEW_PATH],
    }
}

fn own_address(response: &Response) -> String {
    let body: Value = response.json().unwrap_or_default();
    body["self"].as_str().unwrap_or_default().to_owned()
}

fn refusal(failure: Failure) -> Failure {
    let details = match failure.kind {
        Kind::Unauthorized | Kind::Forbidden => "The account has to be an administrator of Jira.".to_owned(),
        _ => failure.message.clone(),
    };
    failure.with_message(format!("Could not create issue webhook in Jira. {details}"))
}

/// Makes the webhook again if it was removed. Returns whether it did.
pub(crate) async fn check(jira: &Jira<'_>, installation: &Installation) -> Result<bool> {
    let secret = installation.secrets.metadata_text("webhook_secret").unwrap_or_default();
    let address = address(&installation.public_url, &installation.integration.external_id, secret)?;
    let path = paths(jira).await[0];
    let known: Vec<Known> = jira.get(path, &[]).await?;
    if known.iter().any(|known| known.url == address) {
        return Ok(false);
    }
    let body = json!({ "name": NAME, "url": address, "events": EVENTS });
    jira.post(path, &body).await.map_err(refusal)?;
    Ok(true)
}

/// Removes the webhook, if its address is known. One that is gone is removed.
pub(crate) async fn remove(jira: &Jira<'_>, metadata: &Object) -> Result<()> {
    let address = metadata.get(SELF).and_then(Value::as_str).unwrap_or_default();
    let Ok(url) = address.parse::<Url>() else { return Ok(()) };
    // Credentials go to the Jira of the integration only.
    if url.origin() != jira.url("", &[])?.origin() {
        return Ok(());
    }
    match jira.delete(url).await {
        Err(failure) if failure.kind == Kind::Gone => Ok(()),
        other => other,
    }
}
