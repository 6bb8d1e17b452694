//! The setup: credentials of a consumer, then its access token by OAuth.

use patchbay_domain::token;
use patchbay_provider::oauth1::private_key;
use patchbay_provider::{
    Built, ExternalIdentity, Failure, Field, FieldKind, Kind, Object, Result, SetupState, StepView,
};
use serde_json::{Value, json};
use url::Url;

use crate::jira::{Credentials, Jira};
use crate::webhook;

const MAX_CONSUMER_KEY: usize = 200;
/// Characters of the id of an integration.
const MAX_EXTERNAL_ID: usize = 64;

fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn show(step: &str, state: &SetupState) -> Result<StepView> {
    if step == "installation_config" {
        return Ok(StepView { form: form(), ..StepView::default() });
    }
    let (url, token) = (text(&state.data, "url"), text(&state.data, "requestToken"));
    let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let url = format!("{url}/plugins/servlet/oauth/authorize?oauth_token={token}");
    let data = Object::from_iter([("oauthUrl".to_owned(), url.clone().into())]);
    Ok(StepView { data, form: Vec::new(), redirect_url: Some(url) })
}

fn form() -> Vec<Field> {
    let help = |mut field: Field, help: &str| {
        field.help = Some(help.to_owned());
        field
    };
    vec![
        help(
            Field::new("url", FieldKind::Text, "Jira URL").required(),
            "For example https://jira.example.com",
        ),
        help(
            Field::new("consumerKey", FieldKind::Text, "Consumer Key").required(),
            "The key of the application link in Jira.",
        ),
        help(
            Field::new("privateKey", FieldKind::Textarea, "Consumer Private Key").required(),
            "PEM. Make one with: openssl genrsa -out jira.pem 2048. Its public key for Jira: openssl rsa -in jira.pem -pubout",
        ),
        help(
            Field::new("verifySsl", FieldKind::Boolean, "Verify SSL").default(true),
            "Switch it off only if the certificate of Jira cannot be made valid.",
        ),
    ]
}

pub(crate) async fn answer(step: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
    match step {
        "installation_config" => configure(fields, state).await,
        _ => authorize(fields, state).await,
    }
}

/// Checks the credentials, and gets a request token at once.
async fn configure(fields: &Object, state: &mut SetupState) -> Result<()> {
    let url = text(fields, "url").trim().trim_end_matches('/').to_owned();
    let consumer_key = text(fields, "consumerKey").trim().to_owned();
    let pem = text(fields, "privateKey").trim().to_owned();
    let mut problems = Vec::new();
    if !Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        problems.push(("url", "Enter a valid URL.".to_owned()));
    }
    if consumer_key.is_empty() {
        problems.push(("consumerKey", "This field is required.".to_owned()));
    } else if consumer_key.chars().count() > MAX_CONSUMER_KEY {
        let message = format!("Consumer key is limited to {MAX_CONSUMER_KEY} characters.");
        problems.push(("consumerKey", message));
    }
    if private_key(&pem).is_none() {
        let message = "Private key must be a valid SSH private key encoded in a PEM format.";
        problems.push(("privateKey", message.to_owned()));
    }
    if !problems.is_empty() {
        let fields = problems.into_iter().map(|(name, message)| (name.to_owned(), vec![message]));
        return Err(Failure::new(Kind::Fields(fields.collect()), "The form has invalid fields."));
    }
    let verify = fields.get("verifySsl").and_then(Value::as_bool).unwrap_or(true);
    let jira = Jira::at(&state.client, &url, verify, Credentials::new(&consumer_key, &pem, None)?);
    let answer = jira.token_request("plugins/servlet/oauth/request-token").await;
    let answer = answer.map_err(|failure| {
        let message = format!("Could not fetch a request token from Jira. {failure}");
        failure.with_message(message)
    })?;
    let (token, secret) = (text(&answer, "oauth_token"), text(&answer, "oauth_token_secret"));
    if token.is_empty() || secret.is_empty() {
        return Err(Failure::refused("Missing oauth_token"));
    }
    let token = token.to_owned();
    for (name, value) in [
        ("url", json!(url)),
        ("consumerKey", json!(consumer_key)),
        ("privateKey", json!(pem)),
        ("verifySsl", json!(verify)),
        ("requestToken", json!(token)),
    ] {
        state.data.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Exchanges the request token. A browser brings the names of OAuth, a client those of the API.
async fn authorize(fields: &Object, state: &mut SetupState) -> Result<()> {
    let given = |names: [&str; 2]| {
        names.iter().map(|name| text(fields, name)).find(|text| !text.is_empty()).map(str::to_owned)
    };
    let returned = given(["oauthToken", "oauth_token"]);
    let returned = returned.ok_or_else(|| Failure::field("oauthToken", "This field is required."))?;
    let refused = || Failure::refused("Could not fetch an access token from Jira");
    let issued = text(&state.data, "requestToken").to_owned();
    if returned != issued {
        return Err(refused());
    }
    // A Jira that returns to the callback of its application link sends no verifier; it takes the token for it.
    let verifier = given(["oauthVerifier", "oauth_verifier"]).unwrap_or_else(|| returned.clone());
    let credentials = credentials(state, Some(&issued))?.with_verifier(&verifier);
    let jira = jira_of(state, credentials);
    let answer = jira.token_request("plugins/servlet/oauth/access-token").await.map_err(|failure| {
        let status = failure.status;
        Failure { status, ..refused() }
    })?;
    let token = text(&answer, "oauth_token").to_owned();
    if token.is_empty() {
        return Err(refused());
    }
    let secret = text(&answer, "oauth_token_secret").to_owned();
    state.data.insert("accessToken".to_owned(), token.into());
    state.data.insert("accessTokenSecret".to_owned(), secret.into());
    Ok(())
}

fn credentials(state: &SetupState, token: Option<&str>) -> Result<Credentials> {
    Credentials::new(text(&state.data, "consumerKey"), text(&state.data, "privateKey"), token)
}

fn jira_of(state: &SetupState, credentials: Credentials) -> Jira<'_> {
    let verify = state.data.get("verifySsl").and_then(Value::as_bool).unwrap_or(true);
    Jira::at(&state.client, text(&state.data, "url"), verify, credentials)
}

pub(crate) async fn build(state: &SetupState) -> Result<Built> {
    let data = &state.data;
    let (url, consumer_key) = (text(data, "url"), text(data, "consumerKey"));
    let host = Url::parse(url).ok().and_then(|url| {
        let host = url.host_str()?.to_owned();
        Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
    });
    let host = host.ok_or_else(|| Failure::refused("Enter a valid URL."))?;
    let external_id: String = format!("{host}:{consumer_key}").chars().take(MAX_EXTERNAL_ID).collect();
    let secret = token::generate();
    let jira = jira_of(state, credentials(state, Some(text(data, "accessToken")))?);
    let address = webhook::address(&state.public_url, &external_id, secret.expose())?;
    let made = webhook::make(&jira, &address).await?;

    let mut metadata = Object::new();
    for (name, value) in [
        ("base_url", json!(url)),
        ("domain_name", json!(host)),
        ("verify_ssl", data.get("verifySsl").cloned().unwrap_or(json!(true))),
        ("webhook_secret", json!(secret.expose())),
        (webhook::SELF, json!(made)),
    ] {
        metadata.insert(name.to_owned(), value);
    }
    let mut identity = Object::new();
    for (name, from) in [
        ("consumer_key", "consumerKey"),
        ("private_key", "privateKey"),
        ("access_token", "accessToken"),
        ("access_token_secret", "accessTokenSecret"),
    ] {
        identity.insert(name.to_owned(), data.get(from).cloned().unwrap_or_default());
    }
    Ok(Built {
        external_id: external_id.clone(),
        name: consumer_key.to_owned(),
        metadata,
        identity: Some(ExternalIdentity {
            kind: crate::KEY.to_owned(),
            instance: external_id.clone(),
            external_id,
            scopes: Vec::new(),
            data: identity,
        }),
        expect_exists: false,
    })
}

pub(crate) async fn undo(built: &Built, state: &SetupState) -> Result<()> {
    let jira = jira_of(state, credentials(state, Some(text(&state.data, "accessToken")))?);
    webhook::remove(&jira, &built.metadata).await
}
