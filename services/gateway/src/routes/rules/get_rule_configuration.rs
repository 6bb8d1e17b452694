use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_proto::installation::{
    Component, Installation, InstallationStatus, ListComponentsRequest, ListInstallationsRequest,
};
use patchbay_proto::tracker::{GetProjectRequest, ListRulesRequest};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use super::ALERT_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::apps::alert_settings::{ALERT_RULE_ACTION, NOTIFY_APP, NOTIFY_SERVICE};
use crate::apps::components::prepare;
use crate::context::Context;
use crate::json::component::ComponentJson;
use crate::json::rule_nodes::{conditions, filters};
use patchbay_edge::answer::Answer;

/// Installations that are listed: more apps than a person chooses from.
const MOST: i32 = 100;

const LARGEST_PAGE: i32 = 50;

pub(super) fn operation() -> Operation {
    get(
        "get_rule_configuration",
        "/api/0/projects/{organization}/{project}/rules/configuration/",
        get_rule_configuration,
    )
    .does("List what an alert rule can consist of, and the apps that can receive it")
    .by(one_of(ALERT_READERS).and_apps())
    .answers_json(200)
}

/// The actions, conditions and filters that a rule of this project can have. Actions are the installed apps that take
/// alerts; apps with a form of their own add it, with the options of its selects.
async fn get_rule_configuration(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Value>> {
    let (organization, project) = (params.organization()?, params.project()?);
    // Callers who may read rules may see their parts, and may cause requests to apps.
    let may = ListRulesRequest {
        organization: organization.clone(),
        project: project.clone(),
        limit: 1,
        ..Default::default()
    };
    context.services.alerts().list_rules(request_as(&caller, may)).await.answer()?;

    let installations = alertable(&context, &organization).await?;
    let uuids: HashSet<_> = installations.iter().map(|installation| installation.uuid.as_str()).collect();
    let mut components = forms(&context, &organization).await?;
    components.retain(|component| uuids.contains(component.installation_uuid()));
    let with_form: Vec<_> =
        components.iter().map(|component| component.installation_uuid().to_owned()).collect();
    let wanted = GetProjectRequest { organization, project };
    let project = context.services.projects().get_project(request(wanted)).await.answer()?.slug;
    let prepared = prepare(&context, components, Some(&project)).await;

    let services = installations.iter().filter(|installation| !with_form.contains(&installation.uuid));
    let services =
        services.map(|installation| json!([installation.app_slug, installation.app_name])).collect();
    let mut actions = vec![notify_service(services)];
    actions.extend(prepared.into_iter().zip(&with_form).map(|(component, uuid)| notify_app(component, uuid)));
    Ok(Json(json!({ "actions": actions, "conditions": conditions(), "filters": filters() })))
}

async fn alertable(context: &Context, organization: &str) -> Result<Vec<Installation>> {
    let message = ListInstallationsRequest { organization: organization.to_owned(), offset: 0, limit: MOST };
    let page = context.services.installations().list_installations(request(message)).await.answer()?;
    let mut installations = page.installations;
    installations.retain(|found| found.app_is_alertable && found.status() == InstallationStatus::Installed);
    Ok(installations)
}

async fn forms(context: &Context, organization: &str) -> Result<Vec<Component>> {
    let message = ListComponentsRequest {
        owner: Some(Owner::Organization(organization.to_owned())),
        r#type: ALERT_RULE_ACTION.to_owned(),
        offset: 0,
        limit: LARGEST_PAGE,
    };
    Ok(context.services.apps().list_components(request(message)).await.answer()?.components)
}

fn notify_service(services: Vec<Value>) -> Value {
    json!({
        "id": NOTIFY_SERVICE,
        "label": "Send a notification via {service}",
        "enabled": !services.is_empty(),
        "formFields": { "service": { "type": "choice", "choices": services } },
    })
}

fn notify_app(component: ComponentJson, installation: &str) -> Value {
    let title = component.schema["title"].as_str().unwrap_or_default();
    json!({
        "id": NOTIFY_APP,
        "enabled": component.error.is_empty(),
        "actionType": "sentryapp",
        "service": component.app.slug,
        "sentryAppInstallationUuid": installation,
        "prompt": component.app.name,
        "label": format!("{title} with these "),
        "formFields": component.schema["settings"],
    })
}
