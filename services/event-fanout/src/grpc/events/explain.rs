use std::collections::HashMap;

use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::event_fanout as proto;
use patchbay_proto::event_fanout::{ExplainRequest, ExplainResponse, Outcome};
use patchbay_proto::webhook_sender::webhooks_client::WebhooksClient;
use patchbay_proto::webhook_sender::{DeliveryState, DeliveryStatus, ListDeliveriesRequest};
use patchbay_rpc::timestamp::to_wire;
use patchbay_rpc::{MAX_MESSAGE_BYTES, status};
use uuid::Uuid;

use crate::context::Context;
use crate::domain::access::{Sight, sight};
use crate::domain::decision::{Decision, match_all};
use crate::domain::event::Event;
use crate::domain::index::Index;
use crate::domain::matching::{Verdict, match_subscription};
use crate::store::{self, FoundEvent};

pub(super) async fn explain(
    context: &Context,
    caller: &Caller,
    request: ExplainRequest,
) -> Result<ExplainResponse> {
    let not_found = || Error::not_found("EVENT_NOT_FOUND", "There is no such event.");
    let id = Uuid::try_parse(&request.event_id).map_err(|_| not_found())?;
    let custom_types = context.catalogue.read().clone();
    let found = store::find_event(&context.db, &custom_types, id).await?.ok_or_else(not_found)?;
    let FoundEvent { event, decisions: decided, handed_over } = found;
    let is_expected = [0, event.organization_id].contains(&request.organization_id);
    let sight = sight(caller, event.organization_id).filter(|_| is_expected).ok_or_else(not_found)?;
    let deliveries = list_deliveries(context, id).await?;
    let mut decisions = decisions(&context.subscriptions.read(), &event, decided, deliveries);
    if let Sight::Installation(own) = sight {
        decisions.retain(|decision| decision.installation_uuid == own.to_string());
    }
    Ok(ExplainResponse {
        event_id: event.id.to_string(),
        organization_id: event.organization_id,
        event_type: event.kind.name(),
        accepted_at: Some(to_wire(event.accepted_at)),
        handed_over,
        decisions,
    })
}

async fn list_deliveries(context: &Context, event: Uuid) -> Result<Vec<DeliveryState>> {
    let mut client =
        WebhooksClient::new(context.webhooks.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
    let request = patchbay_rpc::request(ListDeliveriesRequest { event_id: event.to_string() });
    let answer = client.list_deliveries(request).await.map_err(|status| status::to_error(&status))?;
    Ok(answer.into_inner().deliveries)
}

/// Explains the event for each installation of the organization: those with a stored decision first, in its order, then the others by
/// UUID. Stored decisions count, even if subscriptions have changed since.
fn decisions(
    index: &Index,
    event: &Event,
    decided: Option<Vec<Decision>>,
    deliveries: Vec<DeliveryState>,
) -> Vec<proto::Decision> {
    // Without a stored decision, the event is matched with the present subscriptions.
    let decided = decided.unwrap_or_else(|| match_all(index, event));
    let mut deliveries: HashMap<String, DeliveryState> =
        deliveries.into_iter().map(|delivery| (delivery.installation_uuid.clone(), delivery)).collect();
    let mut decisions: Vec<proto::Decision> = decided
        .iter()
        .map(|decided| {
            let uuid = decided.installation_id.to_string();
            let subscription = index.get(event.organization_id, decided.installation_id);
            let slug = subscription.map(|subscription| subscription.app_slug.clone()).unwrap_or_default();
            let decision = match deliveries.remove(&uuid) {
                Some(delivery) => of_delivery(delivery, slug),
                None => proto::Decision {
                    detail: decided.suspended_by.clone(),
                    ..decision(uuid, slug, of_verdict(decided.verdict))
                },
            };
            proto::Decision { sequence: decided.sequence, ..decision }
        })
        .collect();
    let others = index.installations(event.organization_id).filter(|subscription| {
        decided.iter().all(|decided| decided.installation_id != subscription.installation_id)
    });
    for subscription in others {
        let uuid = subscription.installation_id.to_string();
        let slug = subscription.app_slug.clone();
        decisions.push(match deliveries.remove(&uuid) {
            Some(delivery) => of_delivery(delivery, slug),
            None => {
                let would_be_sent = match_subscription(event, subscription) == Verdict::Send;
                let detail = if would_be_sent { "since_then" } else { "" };
                proto::Decision { detail: detail.to_owned(), ..decision(uuid, slug, Outcome::NotSubscribed) }
            }
        });
    }
    let mut gone: Vec<_> =
        deliveries.into_values().map(|delivery| of_delivery(delivery, String::new())).collect();
    gone.sort_by(|a, b| a.installation_uuid.cmp(&b.installation_uuid));
    decisions.extend(gone);
    decisions
}

fn decision(installation_uuid: String, app_slug: String, outcome: Outcome) -> proto::Decision {
    proto::Decision { installation_uuid, app_slug, outcome: outcome.into(), ..proto::Decision::default() }
}

fn of_delivery(delivery: DeliveryState, app_slug: String) -> proto::Decision {
    let outcome = match delivery.status() {
        DeliveryStatus::Delivered => Outcome::Delivered,
        DeliveryStatus::Pending | DeliveryStatus::Unspecified => Outcome::Pending,
        DeliveryStatus::Held => Outcome::Held,
        DeliveryStatus::Dead => Outcome::Dead,
        DeliveryStatus::Dropped => Outcome::Dropped,
    };
    proto::Decision {
        attempts: delivery.attempts,
        due_at: delivery.due_at,
        response_code: delivery.response_code,
        detail: delivery.reason,
        ..decision(delivery.installation_uuid, app_slug, outcome)
    }
}

fn of_verdict(verdict: Verdict) -> Outcome {
    match verdict {
        // The sender lists a delivery only after its first attempt or once it is stored.
        Verdict::Send => Outcome::Pending,
        Verdict::NotInstalled => Outcome::NotInstalled,
        Verdict::NotSubscribed => Outcome::NotSubscribed,
        Verdict::ScopeMissing => Outcome::ScopeMissing,
        Verdict::ProjectFiltered => Outcome::ProjectFiltered,
        Verdict::NoWebhook => Outcome::NoWebhook,
        Verdict::Suspended => Outcome::Suspended,
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
