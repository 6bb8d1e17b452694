//! One call to GitHub.

use std::sync::{Mutex, PoisonError};

use patchbay_domain::SecretString;
use patchbay_egress::Method;
use patchbay_provider::{Client, Request, Response, Result};
use serde_json::Value;
use url::Url;

use crate::app::App;
use crate::errors::explain;

const ACCEPT: &str = "application/vnd.github+json";
const VERSION: &str = "2022-11-28";
/// A renamed repository and a transferred issue each add one.
const MAX_REDIRECTS: usize = 3;

/// A call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Option<Value>,
}

/// Makes a call. GitHub redirects from the old address of what was renamed; credentials go to GitHub's interface only.
pub(crate) async fn call(
    app: &App,
    client: &Client,
    authorization: &SecretString,
    call: &Call,
) -> Result<Response> {
    let mut url = call.url.clone();
    let mut redirects = 0;
    loop {
        let moved = Mutex::new(None);
        let answer = client.send_explained(request(authorization, call, &url), |response| {
            if matches!(response.status, 301 | 302 | 307 | 308) {
                let to = response.header("location").and_then(|to| url.join(to).ok());
                *moved.lock().unwrap_or_else(PoisonError::into_inner) = to;
            }
            explain(response)
        });
        let answer = answer.await;
        let moved = moved.into_inner().unwrap_or_else(PoisonError::into_inner);
        match moved.filter(|to| redirects < MAX_REDIRECTS && app.is_api(to)) {
            Some(to) => url = to,
            None => return answer,
        }
        redirects += 1;
    }
}

fn request(authorization: &SecretString, call: &Call, url: &Url) -> Request {
    let request = Request::new(call.method.clone(), url)
        .header("Authorization", authorization.expose())
        .header("Accept", ACCEPT)
        .header("X-GitHub-Api-Version", VERSION);
    match &call.body {
        Some(body) => request.json(body),
        None => request,
    }
}
