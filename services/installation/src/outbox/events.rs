//! Events for the event-fanout service.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use patchbay_bus::Topic;
use patchbay_db::OutboxMessage;
use patchbay_domain::Caller;
use patchbay_proto::event_fanout::{Actor, PublishRequest, Target, UserActor, actor, target};
use patchbay_runtime::trace_context;
use prost::Message;
use serde_json::json;

use crate::domain::app::App;
use crate::domain::installation::Installation;
use crate::domain::installation::event_data::data_json;
use crate::domain::suspension::Suspension;

/// Reports a new installation to its app, with the grant code for the first token.
pub(crate) fn created(installation: &Installation, code: &str, caller: &Caller) -> OutboxMessage {
    message(installation, "created", Some(code), user(caller))
}

/// Reports the end of an installation to its app. It is the last event of the installation.
pub(crate) fn deleted(installation: &Installation, by: Option<UserActor>) -> OutboxMessage {
    message(installation, "deleted", None, by)
}

fn message(
    installation: &Installation,
    action: &str,
    code: Option<&str>,
    by: Option<UserActor>,
) -> OutboxMessage {
    let uuid = installation.uuid.to_string();
    publish(PublishRequest {
        organization_id: installation.organization.id,
        resource: "installation".to_owned(),
        action: action.to_owned(),
        data_json: data_json(installation, code).into(),
        actor: actor(by),
        project_id: 0,
        targets: vec![Target {
            receiver: Some(target::Receiver::InstallationUuid(uuid.clone())),
            app_id: installation.app.id,
        }],
        idempotency_key: format!("installation.{action}:{uuid}"),
        // Delivers `created` before `deleted`.
        ordering_key: uuid,
    })
}

fn publish(request: PublishRequest) -> OutboxMessage {
    let mut headers = BTreeMap::new();
    trace_context::inject_into(&mut headers);
    OutboxMessage {
        topic: Topic::Events.name().to_owned(),
        key: format!("{}.{}", request.resource, request.action),
        body: request.encode_to_vec().into(),
        headers,
    }
}

/// Reports a disabled app to the other apps of its owner; see `endpoint` in the event catalogue.
pub(crate) fn endpoint_disabled(app: &App, disabled: &Suspension, caller: &Caller) -> OutboxMessage {
    let data = json!({
        "app": { "uuid": app.uuid.to_string(), "slug": app.slug, "sentryAppId": app.id },
        "reason": disabled.cause,
        "disabled_at": disabled.since.to_rfc3339_opts(SecondsFormat::Micros, true),
    });
    publish(PublishRequest {
        organization_id: app.owner.id,
        resource: "endpoint".to_owned(),
        action: "disabled".to_owned(),
        data_json: data.to_string().into(),
        actor: actor(user(caller)),
        project_id: 0,
        targets: Vec::new(),
        idempotency_key: format!("endpoint.disabled:{}:{}", app.uuid, disabled.since.timestamp_micros()),
        ordering_key: app.uuid.to_string(),
    })
}

fn actor(by: Option<UserActor>) -> Option<Actor> {
    by.map(|user| Actor { kind: Some(actor::Kind::User(user)) })
}

/// The user who acts; `None` for services, apps and operators.
pub(crate) fn user(caller: &Caller) -> Option<UserActor> {
    caller.user().map(|user| UserActor { id: user.user_id, name: user.name.clone() })
}
