//! event-fanout accepts what happened in the product and hands one delivery for each installation that asked
//! for it to the sender of webhooks.
//!
//! The path of an event, in reading order:
//!
//! 1. [`domain::check`]: what may be accepted.
//! 2. [`subscriptions`]: who asked for what, and [`catalogue`]: the operator's own event types; in memory, kept up to
//!    date by [`workers::watch`] and [`workers::watch_event_types`].
//! 3. [`accept`]: the queue in front of [`workers::write`], which decides who gets the events ([`domain::decided`]),
//!    numbers the webhooks of each installation, commits many events at once and only then answers their callers.
//! 4. [`workers::hand_over`] publishes deliveries message by message, [`workers::settle`] awaits each confirm and marks the groups that were committed together.
//! 5. [`workers::recover`] hands over again what was not marked: after a crash, while the bus was away, or when
//!    there was no room in memory. Nothing else makes up for a lost hand-over, so nothing else has to.

mod accept;
mod catalogue;
mod config;
mod consumers;
mod domain;
mod grpc;
mod handed;
mod in_flight;
mod metrics;
mod ready;
mod store;
mod subscriptions;
mod workers;

use std::time::Duration;

use patchbay_bus::Bus;
use patchbay_db::{Db, Migrations};
use patchbay_proto::event_fanout::events_server::EventsServer;
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, Server};
use patchbay_runtime::Runtime;

use accept::Accept;
use catalogue::Catalogue;
pub use config::Config;
use in_flight::InFlight;
pub use metrics::{FanoutMetrics, Refusal, Source};
use subscriptions::Subscriptions;
use workers::expire::Expire;
use workers::hand_over::HandOver;
use workers::recover::Recover;
use workers::settle::Settle;
use workers::watch::Watch;
use workers::watch_event_types::WatchEventTypes;
use workers::write::Write;

/// Name of the service, of its database schema and file.
pub const NAME: &str = "event-fanout";

/// Its tables.
pub static MIGRATIONS: Migrations = patchbay_db::migrations!["0001_events", "0002_numbers", "0003_groups"];

/// The services that this one calls.
#[derive(Debug)]
pub struct Peers {
    /// Streams the subscriptions and the operator's event types.
    pub installation: Channel,
    /// Knows the state of deliveries.
    pub webhook_sender: Channel,
}

/// Starts the workers and adds the gRPC service to `server`.
///
/// # Errors
/// None so far; services start alike.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    peers: Peers,
    config: Config,
) -> anyhow::Result<Server> {
    let Peers { installation: installations, webhook_sender: webhooks } = peers;
    let Runtime { clock, metrics, readiness, stop } = runtime;
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
        async move { if is_stalled { Err("events wait and the hand-over does not move") } else { Ok(()) } }
    });

    let catalogue = Catalogue::default();
    let watch = WatchEventTypes {
        channel: installations.clone(),
        catalogue: catalogue.clone(),
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout.watch-event-types", watch.run(stop.clone()));

    let watch =
        Watch { channel: installations, subscriptions: subscriptions.clone(), metrics: metrics.clone() };
    stop.spawn("event-fanout.watch", watch.run(stop.clone()));

    let write = Write {
        submissions,
        db: db.clone(),
        subscriptions: subscriptions.clone(),
        ready: ready.clone(),
        in_flight: in_flight.clone(),
        recover_after: config.recover_after,
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout.write", write.run(stop.clone()));

    let hand_over =
        HandOver::new(to_hand_over, &config, subscriptions.clone(), bus.clone(), handed, metrics.clone());
    stop.spawn("event-fanout.hand-over", hand_over.run(stop.clone()));

    let settle =
        Settle { handed: to_settle, db: db.clone(), in_flight: in_flight.clone(), metrics: metrics.clone() };
    stop.spawn("event-fanout.settle", settle.run(stop.clone()));

    let recover = Recover {
        db: db.clone(),
        bus: bus.clone(),
        clock: clock.clone(),
        recover_after: config.recover_after,
        subscriptions: subscriptions.clone(),
        catalogue: catalogue.clone(),
        in_flight,
        room: accept.room(),
        ready,
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout.recover", recover.run(stop.clone()));

    let measured =
        workers::backlog::measure_backlog(db.clone(), clock.clone(), metrics.clone(), stop.clone());
    stop.spawn("event-fanout.backlog", measured);

    let published = consumers::published::Published {
        consumer: bus.consume(patchbay_bus::Queue::EventFanout, config.consumer_window),
        accept: accept.clone(),
        catalogue: catalogue.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout.published", published.run(stop.clone()));

    let expire = Expire {
        db: db.clone(),
        clock: clock.clone(),
        retention: config.retention,
        keys: config.idempotency_window,
        metrics: metrics.clone(),
    };
    stop.spawn("event-fanout.expire", expire.run(stop.clone()));

    let events =
        grpc::events::EventsService { accept, subscriptions, catalogue, db, webhooks, clock, metrics, stop };
    let events = EventsServer::new(events)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    Ok(server.add_service(events))
}
