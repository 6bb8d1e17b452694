//! The product publishes events over gRPC.

use anyhow::Context;
use patchbay_proto::event_fanout::{Target, target};
use serde_json::Value;

use super::{Installed, People, Registered, Story};
use crate::demo::checks::same;

const ERROR_CREATED: &str = include_str!("../payloads/error_created.json");
const EVENT_ALERT_TRIGGERED: &str = include_str!("../payloads/event_alert_triggered.json");

impl Story {
    pub(super) async fn published_events_arrive_unchanged(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.printer.step("The product publishes an error and an alert over gRPC");
        self.publish(people, "error", "created", ERROR_CREATED, Vec::new()).await?;
        let webhook = self.app.next("error.created").await?;
        same_data(&webhook.verified("error.created", &app.secret)?, ERROR_CREATED)?;
        self.printer.checked("error.created arrived with its data unchanged, key by key");

        let named = target::Receiver::InstallationUuid(installed.uuid.clone());
        let targets = vec![Target { receiver: Some(named), app_id: 0 }];
        self.publish(people, "event_alert", "triggered", EVENT_ALERT_TRIGGERED, targets).await?;
        let webhook = self.app.next("event_alert.triggered").await?;
        same_data(&webhook.verified("event_alert.triggered", &app.secret)?, EVENT_ALERT_TRIGGERED)?;
        self.printer.checked("event_alert.triggered arrived with its data unchanged, key by key");
        Ok(())
    }
}

/// Fails unless the webhook's `data` is the published one, keys in the same order.
fn same_data(webhook: &Value, published: &str) -> anyhow::Result<()> {
    let published: Value = serde_json::from_str(published).context("the example is not JSON")?;
    same("data", webhook["data"].to_string(), published.to_string())
}
