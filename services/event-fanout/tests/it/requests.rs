//! Ordinary messages, for tests to vary.

use patchbay_proto::event_fanout::{PublishRequest, Target, target::Receiver};
use patchbay_proto::installation::{InstallationStatus, Subscription};
use uuid::Uuid;

pub(crate) const ORGANIZATION: i64 = 7;

pub(crate) fn issue_created() -> PublishRequest {
    PublishRequest {
        organization_id: ORGANIZATION,
        resource: "issue".into(),
        action: "created".into(),
        data_json: r#"{"issue":{"id":"1"}}"#.into(),
        ..Default::default()
    }
}

pub(crate) fn with_key(key: impl Into<String>) -> PublishRequest {
    PublishRequest { idempotency_key: key.into(), ..issue_created() }
}

pub(crate) fn alert(receiver: Receiver) -> PublishRequest {
    PublishRequest {
        resource: "event_alert".into(),
        action: "triggered".into(),
        targets: vec![Target { receiver: Some(receiver), app_id: 0 }],
        ..issue_created()
    }
}

pub(crate) fn installation(number: u128) -> Uuid {
    Uuid::from_u128(0x1000 + number)
}

/// An installed app that asked for created issues and errors.
pub(crate) fn subscription(number: u128) -> Subscription {
    Subscription {
        installation_uuid: installation(number).to_string(),
        status: InstallationStatus::Installed.into(),
        organization_id: ORGANIZATION,
        app_id: 3,
        app_uuid: Uuid::from_u128(0x2000 + number).to_string(),
        app_slug: format!("app-{number}"),
        app_name: format!("App {number}"),
        events: vec!["issue.created".into(), "error.created".into()],
        scopes: vec!["event:read".into()],
        project_ids: Vec::new(),
        has_webhook: true,
        suspended_reason: String::new(),
    }
}
