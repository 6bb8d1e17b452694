//! The actions of an alert rule: installed apps that take alerts, with settings that the app itself has accepted, and tickets.
//!
//! The gateway checks them because the tracker calls no other service: the registry of apps and the apps themselves are
//! asked before the rule goes to the tracker.

use patchbay_domain::canonical_json::is_exact;
use patchbay_proto::installation::{
    GetInstallationRequest, Installation, InstallationStatus, ListComponentsRequest,
    ListInstallationsRequest, list_components_request,
};
use patchbay_proto::tracker::AlertAction;
use patchbay_rpc::request;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::error::Result;
use crate::apps::call::{AppCall, Method};
use crate::apps::ticket_action;
use crate::apps::wrong_action::wrong;
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// Sends alerts to an app that has no form for them.
pub(crate) const NOTIFY_SERVICE: &str = "sentry.rules.actions.notify_event_service.NotifyEventServiceAction";
/// Sends alerts to an app together with the settings of its form.
pub(crate) const NOTIFY_APP: &str = "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction";
/// The element that is an app's form for alerts.
pub(crate) const ALERT_RULE_ACTION: &str = "alert-rule-action";

/// The keys of an action. Sentry's forms send back some that they were shown.
const KEYS: [&str; 7] =
    ["id", "service", "sentryAppInstallationUuid", "settings", "hasSchemaFormConfig", "name", "uuid"];
const MAX_ACTIONS: usize = 10;
const PAGE: i32 = 100;

/// The actions of a rule of this organization; apps are asked until `deadline`.
///
/// # Errors
/// `INVALID_FIELD` (actions), with the message of the app where it refuses its settings.
pub(crate) async fn read(
    context: &Context,
    organization: &str,
    actions: &Value,
    deadline: Instant,
) -> Result<Vec<AlertAction>> {
    let actions = match actions {
        Value::Null => return Ok(Vec::new()),
        Value::Array(actions) if actions.len() <= MAX_ACTIONS => actions,
        _ => return Err(wrong("Must be a list of at most 10 actions.").into()),
    };
    let mut read = Vec::with_capacity(actions.len());
    for action in actions {
        read.push(read_one(context, organization, action, deadline).await?);
    }
    Ok(read)
}

async fn read_one(
    context: &Context,
    organization: &str,
    action: &Value,
    deadline: Instant,
) -> Result<AlertAction> {
    if ticket_action::is_one(action) {
        return ticket_action::read(context, organization, action).await;
    }
    let mut keys = action.as_object().into_iter().flat_map(|action| action.keys());
    if let Some(unknown) = keys.find(|key| !KEYS.contains(&key.as_str())) {
        return Err(wrong(&format!("Unknown field \"{unknown:.100}\" of an action.")).into());
    }
    if !is_exact(&action["settings"]) {
        return Err(wrong("Settings must not contain numbers beyond 2^53; send them as texts.").into());
    }
    let id = action["id"].as_str().unwrap_or_default();
    match id.rsplit('.').next() {
        Some("NotifyEventServiceAction") => {
            let slug = action["service"].as_str().unwrap_or_default();
            let installation = installed(context, organization, slug).await?;
            alertable(&installation)?;
            Ok(AlertAction {
                app_slug: installation.app_slug,
                app_id: installation.app_id,
                ..AlertAction::default()
            })
        }
        Some("NotifyEventSentryAppAction") => {
            let uuid = action["sentryAppInstallationUuid"].as_str().unwrap_or_default();
            let installation = named(context, organization, uuid).await?;
            alertable(&installation)?;
            let settings = action.get("settings").cloned().unwrap_or_else(|| json!([]));
            agree(context, &installation, &settings, deadline).await?;
            Ok(AlertAction {
                app_slug: installation.app_slug,
                app_id: installation.app_id,
                installation_uuid: installation.uuid,
                settings_json: settings.to_string().into_bytes(),
                ticket: None,
            })
        }
        _ => Err(wrong(&format!("Invalid node: {id:.200}")).into()),
    }
}

/// The installation of the app with this slug.
async fn installed(context: &Context, organization: &str, slug: &str) -> Result<Installation> {
    let mut offset = 0;
    loop {
        let message = ListInstallationsRequest { organization: organization.to_owned(), offset, limit: PAGE };
        let page = context.services.installations().list_installations(request(message)).await.answer()?;
        if let Some(found) = page.installations.into_iter().find(|found| found.app_slug == slug) {
            return ready(found);
        }
        if !page.has_more {
            return Err(wrong(&format!("Invalid integration: {slug:.100}")).into());
        }
        offset += PAGE;
    }
}

/// The installation with this uuid, which has to be in the organization.
async fn named(context: &Context, organization: &str, uuid: &str) -> Result<Installation> {
    let unknown = || wrong("Could not identify the installation from the installation UUID.");
    let message = GetInstallationRequest { uuid: uuid.to_owned() };
    let found = context.services.installations().get_installation(request(message)).await.answer();
    let found = found.map_err(|error| if error.is_retryable() { error } else { unknown() })?;
    let is_here =
        found.organization_slug == organization || found.organization_id.to_string() == organization;
    if is_here { ready(found) } else { Err(unknown().into()) }
}

fn ready(installation: Installation) -> Result<Installation> {
    if installation.status() == InstallationStatus::Installed {
        return Ok(installation);
    }
    Err(wrong(&format!("{} is not installed yet.", installation.app_slug)).into())
}

fn alertable(installation: &Installation) -> Result<()> {
    if installation.app_is_alertable {
        return Ok(());
    }
    Err(wrong(&format!("{} takes no alerts.", installation.app_name)).into())
}

/// Asks the app whether it accepts these settings.
async fn agree(
    context: &Context,
    installation: &Installation,
    settings: &Value,
    deadline: Instant,
) -> Result<()> {
    let message = ListComponentsRequest {
        owner: Some(list_components_request::Owner::App(installation.app_id.to_string())),
        r#type: ALERT_RULE_ACTION.to_owned(),
        ..ListComponentsRequest::default()
    };
    let components = context.services.apps().list_components(request(message)).await.answer()?.components;
    let schema: Option<Value> = components
        .first()
        .and_then(|component| serde_json::from_slice(component.schema_json.as_bytes()).ok());
    let uri = schema.as_ref().and_then(|schema| schema["settings"]["uri"].as_str());
    let uri = uri.ok_or_else(|| {
        wrong("Request url for alert-rule-action not found, please check your integration schema")
    })?;
    let body = json!({ "fields": settings, "installationId": installation.uuid });
    let call = AppCall {
        app: &installation.app_slug,
        installation,
        event_type: "alert_rule_action.requested",
        method: Method::Post(body),
        uri,
        deadline,
    };
    let answer = call.send(context).await?;
    if answer.is_success() {
        return Ok(());
    }
    let message = answer.message().unwrap_or_else(|| "Something went wrong!".to_owned());
    Err(answer.failure_saying(&format!("{}: {message}", installation.app_name)).of_field("actions"))
}
