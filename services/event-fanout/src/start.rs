use std::time::Duration;

use patchbay_bus::{Bus, Queue};
use patchbay_db::Db;
use patchbay_proto::event_fanout::events_server::EventsServer;
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, Server};
use patchbay_runtime::Runtime;

use crate::NAME;
use crate::accept::Accept;
use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::consumers::published::Published;
use crate::context::Context;
use crate::handover::in_flight::InFlight;
use crate::handover::{handed, ready};
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;
use crate::workers::backlog::measure_backlog;
use crate::workers::expire::Expire;
use crate::workers::hand_over::HandOver;
use crate::workers::recover::Recover;
use crate::workers::settle::Settle;
use crate::workers::watch::Watch;
use crate::workers::watch_event_types::WatchEventTypes;
use crate::workers::write::Write;

/// Channels to the services that this one calls.
#[derive(Debug)]
pub struct Peers {
    /// Serves `installation.Installations` and `installation.EventTypes`.
    pub installation: Channel,
    /// Serves `webhook_sender.Webhooks`.
    pub webhook_sender: Channel,
}

/// Starts the workers as tasks of `runtime.stop` and adds the gRPC service to `server`.
///
/// # Errors
/// Never at present.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    peers: Peers,
    config: Config,
) -> anyhow::Result<Server> {
    let Peers { installation: installations, webhook_sender: webhooks } = peers;
    let Runtime { clock, random, metrics, readiness, stop } = runtime;
    let metrics = FanoutMetrics::register(&metrics);
    let subscriptions = Subscriptions::default();
    let in_flight = InFlight::new(metrics.in_flight.clone());
    let (accept, submissions) = Accept::new(&config, metrics.clone());
    let (ready, to_hand_over) = ready::queue();
    let (handed, to_settle) = handed::queue();

    let known = subscriptions.clone();
    readiness.check(format!("{NAME}-subscriptions"), Duration::from_secs(1), move || {
        let result = known.check();
        async move { result }
    });

    let (moving, longest) = (in_flight.clone(), config.stall_after);
    readiness.check(format!("{NAME}-hand-over"), Duration::from_secs(1), move || {
        let is_stalled = moving.stalled_for().is_some_and(|stalled| stalled >= longest);
        async move {
            if is_stalled { Err("events wait to be handed over and no message is confirmed") } else { Ok(()) }
        }
    });

    let catalogue = Catalogue::default();
    let watch = WatchEventTypes {
        channel: installations.clone(),
        catalogue: catalogue.clone(),
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout: watch event types", watch.run(stop.clone()));

    let watch =
        Watch { channel: installations, subscriptions: subscriptions.clone(), metrics: metrics.clone() };
    stop.spawn("event-fanout: watch", watch.run(stop.clone()));

    let write = Write {
        submissions,
        db: db.clone(),
        subscriptions: subscriptions.clone(),
        ready: ready.clone(),
        in_flight: in_flight.clone(),
        recover_after: config.recover_after,
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout: write", write.run(stop.clone()));

    let hand_over =
        HandOver::new(to_hand_over, &config, subscriptions.clone(), bus.clone(), handed, metrics.clone());
    stop.spawn("event-fanout: hand over", hand_over.run(stop.clone()));

    let settle =
        Settle { handed: to_settle, db: db.clone(), in_flight: in_flight.clone(), metrics: metrics.clone() };
    stop.spawn("event-fanout: settle", settle.run(stop.clone()));

    let recover = Recover {
        db: db.clone(),
        bus: bus.clone(),
        clock: clock.clone(),
        recover_after: config.recover_after,
        subscriptions: subscriptions.clone(),
        catalogue: catalogue.clone(),
        in_flight,
        memory: accept.memory(),
        ready,
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout: recover", recover.run(stop.clone()));

    let measured = measure_backlog(db.clone(), clock.clone(), metrics.clone(), stop.clone());
    stop.spawn("event-fanout: backlog", measured);

    let published = Published {
        consumer: bus.consume(Queue::EventFanout, config.consumer_window),
        accept: accept.clone(),
        catalogue: catalogue.clone(),
        clock: clock.clone(),
        random: random.clone(),
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout: published", published.run(stop.clone()));

    let expire = Expire {
        db: db.clone(),
        clock: clock.clone(),
        retention: config.retention,
        keys: config.idempotency_window,
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout: expire", expire.run(stop.clone()));

    let context = Context { accept, subscriptions, catalogue, db, webhooks, clock, random, metrics, stop };
    let events = EventsServer::new(context)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    Ok(server.add_service(events))
}
