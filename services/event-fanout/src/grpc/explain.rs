use std::collections::HashMap;

use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{Decision, ExplainRequest, ExplainResponse, Outcome};
use patchbay_proto::webhook_sender::webhooks_client::WebhooksClient;
use patchbay_proto::webhook_sender::{DeliveryState, DeliveryStatus, ListDeliveriesRequest};
use patchbay_rpc::{MAX_MESSAGE_BYTES, status};
use uuid::Uuid;

use super::events::EventsService;
use crate::domain::decide::{Verdict, decide};
use crate::domain::event::{Event, Target};
use crate::domain::index::Index;
use crate::domain::receivers::is_unconditional;
use crate::store::{self, FoundEvent};
use patchbay_rpc::timestamp::to_wire;

impl EventsService {
    pub(super) async fn explain_event(&self, request: ExplainRequest) -> Result<ExplainResponse> {
        let not_found = || Error::not_found("EVENT_NOT_FOUND", "There is no such event.");
        let id = Uuid::try_parse(&request.event_id).map_err(|_| not_found())?;
        let FoundEvent { event, fanned_out_at } =
            store::find_event(&self.db, id).await?.ok_or_else(not_found)?;
        let deliveries = self.deliveries(id).await?;
        Ok(ExplainResponse {
            event_id: event.id.to_string(),
            organization_id: event.organization_id,
            event_type: event.kind.event_type().name(),
            accepted_at: Some(to_wire(event.accepted_at)),
            fanned_out_at: fanned_out_at.map(to_wire),
            decisions: decisions(&self.subscriptions.read(), &event, deliveries),
        })
    }

    async fn deliveries(&self, event: Uuid) -> Result<Vec<DeliveryState>> {
        let mut client =
            WebhooksClient::new(self.webhooks.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let request = patchbay_rpc::request(ListDeliveriesRequest { event_id: event.to_string() });
        let answer = client.list_deliveries(request).await.map_err(|status| status::to_error(&status))?;
        Ok(answer.into_inner().deliveries)
    }
}

/// Each installation of the organization in order of its uuid, then those that have a delivery and are
/// installed no more.
fn decisions(index: &Index, event: &Event, deliveries: Vec<DeliveryState>) -> Vec<Decision> {
    let mut deliveries: HashMap<String, DeliveryState> =
        deliveries.into_iter().map(|delivery| (delivery.installation_uuid.clone(), delivery)).collect();
    let mut decisions = Vec::new();
    for subscription in index.installations(event.organization_id) {
        let uuid = subscription.installation_id.to_string();
        let slug = subscription.app_slug.clone();
        let verdict = match is_unconditional(&event.targets, subscription.installation_id) {
            true => Verdict::Send,
            false => decide(event, subscription),
        };
        decisions.push(match deliveries.remove(&uuid) {
            // What happened counts for more than what would happen now.
            Some(delivery) => of_delivery(delivery, slug),
            None => decision(uuid, slug, of_verdict(verdict)),
        });
    }
    for target in &event.targets {
        let Target::Unconditional { installation_id, .. } = target else { continue };
        let uuid = installation_id.to_string();
        let is_listed = decisions.iter().any(|decision| decision.installation_uuid == uuid);
        if !is_listed && !deliveries.contains_key(&uuid) {
            decisions.push(decision(uuid, String::new(), Outcome::Pending));
        }
    }
    let mut gone: Vec<_> =
        deliveries.into_values().map(|delivery| of_delivery(delivery, String::new())).collect();
    gone.sort_by(|a, b| a.installation_uuid.cmp(&b.installation_uuid));
    decisions.extend(gone);
    decisions
}

fn decision(installation_uuid: String, app_slug: String, outcome: Outcome) -> Decision {
    Decision { installation_uuid, app_slug, outcome: outcome.into(), ..Decision::default() }
}

fn of_delivery(delivery: DeliveryState, app_slug: String) -> Decision {
    let outcome = match delivery.status() {
        DeliveryStatus::Delivered => Outcome::Delivered,
        DeliveryStatus::Pending | DeliveryStatus::Parked | DeliveryStatus::Unspecified => Outcome::Pending,
        DeliveryStatus::Dead => Outcome::Dead,
        DeliveryStatus::Dropped => Outcome::Dropped,
    };
    Decision {
        attempts: delivery.attempts,
        due_at: delivery.due_at,
        response_code: delivery.response_code,
        detail: delivery.reason,
        ..decision(delivery.installation_uuid, app_slug, outcome)
    }
}

fn of_verdict(verdict: Verdict) -> Outcome {
    match verdict {
        // The sender tells of a delivery only once it was tried or stored.
        Verdict::Send => Outcome::Pending,
        Verdict::NotInstalled => Outcome::NotInstalled,
        Verdict::NotSubscribed => Outcome::NotSubscribed,
        Verdict::ScopeMissing => Outcome::ScopeMissing,
        Verdict::ProjectFiltered => Outcome::ProjectFiltered,
        Verdict::NoWebhook => Outcome::NoWebhook,
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
