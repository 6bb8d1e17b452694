//! Events that other services publish through the bus. A message is acknowledged once its event is durable.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use patchbay_bus::{Consumer, Delivery};
use patchbay_domain::{Clock, Error, Random, Result};
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_runtime::metrics::Counter;
use patchbay_runtime::{Stop, TraceContext};
use prost::Message;

use crate::accept::check::{Stamp, check};
use crate::accept::{Accept, Accepted, Pending};
use crate::catalogue::Catalogue;
use crate::domain::event::{Event, event_id};
use crate::metrics::FanoutMetrics;

/// Pause before an event is stored again. The message stays unacknowledged, because each return to the queue counts towards its delivery
/// limit.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Published {
    pub(crate) consumer: Consumer,
    pub(crate) accept: Accept,
    pub(crate) catalogue: Catalogue,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) metrics: FanoutMetrics,
}

impl Published {
    /// Runs until a stop is requested, then settles the messages in progress. The broker delivers unsettled messages again.
    ///
    /// Starts once the custom event types are known, because a message of an unknown type becomes a poison message.
    pub(crate) async fn run(mut self, stop: Stop) {
        tokio::select! {
            () = self.catalogue.known() => {}
            () = stop.requested() => return,
        }
        let mut under_way = FuturesUnordered::new();
        loop {
            let delivery = tokio::select! {
                delivery = self.consumer.next() => delivery,
                Some(()) = under_way.next() => continue,
                () = stop.requested() => break,
            };
            // The bus was closed, and a stop follows.
            let Some(delivery) = delivery else { break };
            match self.read(&delivery) {
                // Queued here, one after the other, so that events are accepted in the order of the queue.
                Ok(event) => {
                    let event = Arc::new(event);
                    let queued = queue(&self.accept, event.clone(), &mut under_way).await;
                    under_way.push(answer(
                        self.accept.clone(),
                        delivery,
                        event,
                        queued,
                        self.metrics.store_retries.clone(),
                    ));
                }
                Err(error) => {
                    tracing::warn!(%error, key = delivery.key, "an invalid event of the bus became a poison message");
                    self.metrics.count_refusal(&error);
                    delivery.reject();
                }
            }
        }
        while under_way.next().await.is_some() {}
        stop.requested().await;
    }

    /// Reads the event of a message. Targets are not checked, because an app may have been removed since the message was published.
    fn read(&self, delivery: &Delivery) -> Result<Event> {
        let request = PublishRequest::decode(delivery.body.clone()).map_err(|error| {
            Error::invalid("INVALID_MESSAGE", format!("The body is no PublishRequest: {error}."))
        })?;
        let accepted_at = self.clock.now();
        let stamp = Stamp {
            event_id: event_id(accepted_at, self.random.bytes()),
            accepted_at,
            traceparent: TraceContext::from_map(&delivery.headers).map(|context| context.traceparent),
        };
        check(request, &self.catalogue.read(), stamp)
    }
}

/// Queues an event while the others in progress are polled. A retried event may get the memory that this one waits for, and would keep it
/// if it were not polled.
async fn queue(
    accept: &Accept,
    event: Arc<Event>,
    under_way: &mut FuturesUnordered<impl Future<Output = ()>>,
) -> Result<Pending> {
    let mut queued = pin!(accept.submit("bus", vec![event]));
    loop {
        tokio::select! {
            queued = &mut queued => return queued,
            Some(()) = under_way.next() => {}
        }
    }
}

async fn answer(
    accept: Accept,
    delivery: Delivery,
    event: Arc<Event>,
    mut queued: Result<Pending>,
    retries: Counter,
) {
    loop {
        let accepted: Result<Vec<Accepted>> = match queued {
            Ok(pending) => pending.answer().await,
            Err(error) => Err(error),
        };
        match accepted {
            Ok(_) => return delivery.ack(),
            // Dropped without an acknowledgement, so the broker delivers it to the next process.
            Err(_) if accept.is_closed() => return,
            Err(error) => {
                tracing::warn!(%error, "an event of the bus could not be stored; the next attempt is in 1 s")
            }
        }
        retries.inc();
        tokio::time::sleep(PAUSE).await;
        queued = accept.submit("bus", vec![event.clone()]).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use patchbay_runtime::{Metrics, Settings};

    use super::*;
    use crate::Config;
    use crate::domain::samples;

    #[tokio::test]
    async fn an_event_that_is_tried_again_never_keeps_the_memory_that_the_next_one_waits_for() {
        let config = Config::read(&Settings::from_pairs([("FANOUT_EVENT_MEMORY", "32MiB")]));
        let (accept, mut submissions) = Accept::new(&config, FanoutMetrics::register(&Metrics::new()));
        let data = vec![b'x'; 32 * 1024 * 1024].into();
        let all_memory = Arc::new(Event { data, ..samples::event() });
        let first = accept.submit("bus", vec![all_memory.clone()]).await.expect("there is memory");
        let again = async { drop(accept.submit("bus", vec![all_memory.clone()]).await) };
        let mut under_way = FuturesUnordered::from_iter([again]);
        assert!(under_way.next().now_or_never().is_none(), "it waits for memory");
        let next = queue(&accept, all_memory.clone(), &mut under_way);
        let freed = async { while submissions.recv().await.is_some() {} };
        let queued = async {
            tokio::select! {
                queued = next => queued.is_ok(),
                () = freed => false,
            }
        };
        let queued = tokio::time::timeout(Duration::from_secs(10), queued).await;
        assert_eq!(queued, Ok(true), "the next one gets its turn");
        drop(first);
    }
}
