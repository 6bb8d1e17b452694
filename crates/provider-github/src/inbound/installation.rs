//! Events of the installation itself.

use patchbay_provider::{IntegrationChange, Secrets};
use serde_json::{Value, json};

use crate::app::App;
use crate::built::built;

/// `secrets` are those of the integration, if it is known; what it has and the event has not is kept.
pub(super) fn change(app: &App, body: &Value, secrets: Option<&Secrets>) -> Option<IntegrationChange> {
    let installation = &body["installation"];
    let external_id = installation["id"].as_u64()?.to_string();
    match body["action"].as_str()? {
        "created" => {
            let mut built = built(app, installation)?;
            let mut metadata = secrets.map(|secrets| secrets.metadata.clone()).unwrap_or_default();
            metadata.append(&mut built.metadata);
            let sender = &body["sender"];
            if sender["login"].is_string() {
                let sender = json!({ "id": sender["id"], "login": sender["login"] });
                metadata.insert("sender".to_owned(), sender);
            }
            built.metadata = metadata;
            Some(IntegrationChange::Refreshed(Box::new(built)))
        }
        "deleted" | "suspend" => Some(IntegrationChange::Disabled { external_id }),
        "unsuspend" => Some(IntegrationChange::Enabled { external_id }),
        _ => None,
    }
}
