//! The queue between the write and hand-over workers.

use std::sync::Arc;

use patchbay_runtime::TraceContext;
use patchbay_runtime::trace_context::set_parent;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tracing::Span;
use uuid::Uuid;

use crate::domain::decision::Decision;
use crate::domain::event::Event;

/// Capacity of the queue, in events. Their bytes are bounded by the memory that they hold; this bounds small events.
pub(crate) const LIMIT: usize = 4 * 1024;

/// An event that is durable and can be handed over.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) event: Arc<Event>,
    /// The group of events that were committed together.
    pub(crate) group_id: Uuid,
    pub(crate) decisions: Vec<Decision>,
    /// Whether it may have been handed over before.
    pub(crate) replay: bool,
    /// Covers the time that the event waits in the queue.
    waiting: Span,
    /// Its share of the memory for events, returned when its deliveries are in messages.
    _memory: Option<OwnedSemaphorePermit>,
}

impl Ready {
    pub(crate) fn new(
        event: Arc<Event>,
        group_id: Uuid,
        decisions: Vec<Decision>,
        replay: bool,
        memory: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self { waiting: waiting(&event), event, group_id, decisions, replay, _memory: memory }
    }

    /// The parent of the spans of its deliveries: the wait if it is traced, otherwise the span of the producer.
    pub(crate) fn traceparent(&self) -> Option<String> {
        if self.waiting.is_disabled() {
            return self.event.traceparent.clone();
        }
        let context = self.waiting.in_scope(TraceContext::current);
        context.map(|context| context.traceparent).or_else(|| self.event.traceparent.clone())
    }
}

/// The span of the wait; none for an event without a sampled trace, which saves time for nearly all events.
fn waiting(event: &Event) -> Span {
    let Some(traceparent) = event.traceparent.as_deref().filter(|text| is_sampled(text)) else {
        return Span::none();
    };
    let span = tracing::info_span!("event-fanout.wait", event_id = %event.id);
    set_parent(&span, &TraceContext { traceparent: traceparent.to_owned(), tracestate: None });
    span
}

/// Reads the lowest bit of the flags, the last two digits.
fn is_sampled(traceparent: &str) -> bool {
    traceparent
        .bytes()
        .last()
        .is_some_and(|digit| !matches!(digit, b'0' | b'2' | b'4' | b'6' | b'8' | b'a' | b'c' | b'e'))
}

pub(crate) fn queue() -> (mpsc::Sender<Ready>, mpsc::Receiver<Ready>) {
    mpsc::channel(LIMIT)
}
