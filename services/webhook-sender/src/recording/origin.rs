use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::acks::AckGuard;
use super::due_signal::DueSignal;
use crate::domain::breaker::AttemptKind;
use crate::endpoints::slots::EndpointSlots;
use crate::sending::in_flight::InFlightEntry;

/// Where a webhook came from. Holds what is released once its record is durable.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A bus message that still has to be acknowledged.
    Message(AckGuard),
    /// A bus message that was acknowledged while the first attempt was still running.
    Acknowledged { _in_flight: Option<InFlightEntry> },
    /// A claim in the database.
    Claim(Claim),
    /// A claim that goes back unsent, because this process is already sending the webhook.
    Returned,
    /// Neither a waiting message nor a claim: a component call, or a dead letter of the bus.
    Unclaimed,
}

impl Origin {
    pub(crate) fn attempt_kind(&self) -> AttemptKind {
        match self {
            Self::Claim(claim) => claim.kind,
            Self::Message(_) | Self::Acknowledged { .. } | Self::Returned | Self::Unclaimed => {
                AttemptKind::Regular
            }
        }
    }

    /// Whether `deliveries` has a row of the webhook already, which has to get the same state.
    pub(crate) fn has_row(&self) -> bool {
        match self {
            Self::Message(_) | Self::Unclaimed => false,
            Self::Acknowledged { .. } | Self::Claim(_) | Self::Returned => true,
        }
    }
}

/// One claimed webhook's share of its endpoint's claims and of the window.
#[derive(Debug)]
pub(crate) struct Claim {
    kind: AttemptKind,
    slots: Arc<EndpointSlots>,
    due: Arc<DueSignal>,
    _in_flight: InFlightEntry,
    _window: OwnedSemaphorePermit,
}

impl Claim {
    pub(crate) fn new(
        kind: AttemptKind,
        slots: Arc<EndpointSlots>,
        due: Arc<DueSignal>,
        in_flight: InFlightEntry,
        window: OwnedSemaphorePermit,
    ) -> Self {
        slots.claim_started();
        Self { kind, slots, due, _in_flight: in_flight, _window: window }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.slots.claim_ended() {
            self.due.now();
        }
    }
}
