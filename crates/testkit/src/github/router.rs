//! Finds the answer to a request.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::world::World;
use super::{access, app, browser, issues, person, repositories};
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

pub(super) fn answer(world: &mut World, request: &Received) -> Answer {
    let path = request.path.as_str();
    let Some(rest) = path.strip_prefix("/api/v3/") else {
        let parts = path.trim_matches('/').split('/').collect();
        return browser::answer(world, &Call { request, path, parts });
    };
    let call = Call { request, path, parts: rest.split('/').collect() };
    for (name, value) in [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")] {
        if request.header(name) != Some(value) {
            return message(400, &format!("The header {name} is missing or unknown."));
        }
    }
    if request.header("user-agent").is_none() {
        return message(403, "Request forbidden by administrative rules.");
    }
    routed(world, &call).unwrap_or_else(|refusal| refusal)
}

fn routed(world: &mut World, call: &Call<'_>) -> Result<Answer, Answer> {
    let method = call.request.method.as_str();
    match (method, call.parts.as_slice()) {
        (_, ["app", "installations", id, rest @ ..]) => {
            access::check_app(world, call)?;
            app::answer(world, method, id, rest)
        }
        ("GET", ["user", rest @ ..]) => {
            let login = access::person(world, call)?;
            person::answer(world, call, &login, rest)
        }
        ("GET", ["installation", "repositories"]) => {
            let account = access::installation(world, call)?;
            Ok(repositories::list(world, call, &account))
        }
        ("GET", ["search", "issues"]) => {
            let account = access::installation(world, call)?;
            Ok(issues::search(world, call, &account))
        }
        (_, ["repos", owner, name, rest @ ..]) => {
            let account = access::installation(world, call)?;
            repositories::answer(world, call, &account, (owner, name), rest)
        }
        _ => Err(not_found()),
    }
}
