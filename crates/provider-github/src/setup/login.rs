use patchbay_egress::Method;
use patchbay_provider::{Client, Failure, Kind, Object, Request, Result, SetupState, StepView};
use serde_json::Value;
use url::form_urlencoded;

use super::{is_ours, note};
use crate::app::{App, bearer};
use crate::calls::{Call, call};
use crate::key::text;

/// Characters of a code.
const MAX_CODE: usize = 500;

pub(super) fn show(app: &App, state: &SetupState) -> Result<StepView> {
    let query = [
        ("client_id", app.client_id.as_str()),
        ("state", &state.nonce),
        ("redirect_uri", state.redirect_url.as_str()),
    ];
    let url = app.page("login/oauth/authorize", &query)?.to_string();
    let data = Object::from_iter([("oauthUrl".to_owned(), url.clone().into())]);
    Ok(StepView { data, form: Vec::new(), redirect_url: Some(url) })
}

/// Exchanges the code for a token, and finds out who signed in.
pub(super) async fn answer(app: &App, fields: &Object, state: &mut SetupState) -> Result<()> {
    if !is_ours(&text(fields, "state"), &state.nonce) {
        return Err(Failure::refused("Invalid state"));
    }
    let token = exchange(app, fields, state).await?;
    let user = user(app, &state.client, &token).await?;
    for (name, value) in [(note::TOKEN, token.into()), (note::USER_ID, user)] {
        state.data.insert(name.to_owned(), value);
    }
    Ok(())
}

async fn exchange(app: &App, fields: &Object, state: &SetupState) -> Result<String> {
    let missing = || Failure::refused("Missing access token");
    let code = text(fields, "code");
    if code.is_empty() || code.len() > MAX_CODE {
        return Err(missing());
    }
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &app.client_id)
        .append_pair("client_secret", app.client_secret.expose())
        .append_pair("code", &code)
        .append_pair("redirect_uri", state.redirect_url.as_str())
        .finish();
    let url = app.page("login/oauth/access_token", &[])?;
    let request = Request::new(Method::POST, &url)
        .header("Accept", "application/x-www-form-urlencoded")
        .body("application/x-www-form-urlencoded", body);
    let answer = state.client.send(request).await.map_err(|failure| match failure.status {
        Some(status) => Failure { status: Some(status), ..missing() },
        None => failure,
    })?;
    let token = form_urlencoded::parse(&answer.body).find(|(name, _)| name == "access_token");
    let token = token.map(|(_, token)| token.into_owned()).filter(|token| !token.is_empty());
    token.ok_or_else(missing)
}

/// The id of the account that the token belongs to.
async fn user(app: &App, client: &Client, token: &str) -> Result<Value> {
    let missing = || Failure::refused("Missing login info");
    let wanted = Call { method: Method::GET, url: app.api("user", &[])?, body: None };
    let found = call(app, client, &bearer(token), &wanted).await;
    let found = found.and_then(|answer| answer.json::<Value>()).map_err(|failure| match failure.kind {
        Kind::Unreachable | Kind::RateLimited | Kind::Certificate => failure,
        _ => missing(),
    })?;
    let has_login = found["login"].as_str().is_some_and(|login| !login.is_empty());
    found["id"].as_u64().filter(|_| has_login).map(Value::from).ok_or_else(missing)
}
