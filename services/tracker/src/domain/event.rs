//! Events that the tracker publishes, and their data.

use patchbay_domain::Actor;
use serde::Serialize;

/// An event that apps may have subscribed to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    pub(crate) resource: &'static str,
    pub(crate) action: &'static str,
    pub(crate) actor: Actor,
    /// The only receiver; `None` publishes to all subscribers.
    pub(crate) target: Option<Target>,
    /// The `data` of the webhook.
    pub(crate) data_json: Vec<u8>,
    /// Identifies the change, so that an event that is published twice is accepted once.
    pub(crate) idempotency_key: String,
}

/// An app that an alert rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    App(String),
    Installation(String),
}

/// A value of a JSON object.
pub(crate) trait Json {
    fn json(&self) -> Vec<u8>;
}

impl<T: Serialize> Json for T {
    fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and JSON that was checked when it was read")
    }
}

/// A compact object with these members in this order. The keys need no escaping.
pub(crate) fn json_object<const N: usize>(members: [(&str, &dyn Json); N]) -> Vec<u8> {
    let mut json = Vec::with_capacity(1024);
    for (position, (key, value)) in members.into_iter().enumerate() {
        json.extend_from_slice(if position == 0 { b"{\"" } else { b",\"" });
        json.extend_from_slice(key.as_bytes());
        json.extend_from_slice(b"\":");
        json.extend_from_slice(&value.json());
    }
    json.push(b'}');
    json
}
