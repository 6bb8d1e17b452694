//! Webhooks of GitHub: `POST /extensions/github/webhook/`.

mod changes;
mod installation;
mod signature;

use patchbay_provider::{InboundAnswer, InboundRequest, Located, Received, Secrets};
use serde::Deserialize;
use serde_json::Value;

use crate::app::App;

/// Characters of the id of a webhook.
const MAX_DELIVERY_ID: usize = 100;

/// The part of every webhook that names its integration.
#[derive(Deserialize)]
struct Addressed {
    installation: Named,
}

#[derive(Deserialize)]
struct Named {
    id: u64,
}

/// Reads the integration; the body is checked afterwards. A body that names none is refused, or is about the application.
pub(crate) fn locate(request: &InboundRequest) -> Located {
    match serde_json::from_slice::<Addressed>(&request.body) {
        Ok(body) => Located::Integration(body.installation.id.to_string()),
        Err(_) => Located::Application,
    }
}

pub(crate) fn receive(
    app: &App,
    request: &InboundRequest,
    secrets: Option<&Secrets>,
) -> Result<Received, InboundAnswer> {
    if request.path.trim_matches('/') != "webhook" {
        return Err(InboundAnswer::empty(404));
    }
    if request.method != "POST" {
        return Err(InboundAnswer::empty(405));
    }
    if app.webhook_secret.expose().is_empty() {
        return Err(InboundAnswer::empty(401));
    }
    if request.body.is_empty() {
        return Err(InboundAnswer::empty(400));
    }
    let event = request.header("x-github-event").filter(|event| !event.trim().is_empty());
    let event = event.ok_or_else(|| InboundAnswer::empty(400))?;
    if !matches!(event, "installation" | "issues" | "repository") {
        return Err(InboundAnswer::empty(204));
    }
    signature::check(app, request)?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|_| InboundAnswer::empty(400))?;

    let mut received = Received::changes(InboundAnswer::empty(204), Vec::new());
    let id = request.header("x-github-delivery").filter(|id| (1..=MAX_DELIVERY_ID).contains(&id.len()));
    received.delivery_id = id.map(str::to_owned);
    match (event, secrets) {
        ("installation", _) => received.integration = installation::change(app, &body, secrets),
        ("issues", Some(_)) => received.changes = changes::of_issue(&body),
        (_, None) => {
            let installation_id = body["installation"]["id"].as_u64();
            tracing::info!(
                installation_id,
                "a webhook of GitHub is for an unknown installation; it has no effect"
            );
        }
        ("repository", Some(_)) => received.changes = changes::of_repository(&body),
        _ => {}
    }
    Ok(received)
}
