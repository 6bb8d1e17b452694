use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::FutureExt;
use futures::future::BoxFuture;
use patchbay_bus::Bus;
use patchbay_bus::outbox::relay;
use patchbay_db::Db;
use patchbay_egress::{Connections, Egress};
use patchbay_proto::webhook_sender::webhooks_server::WebhooksServer;
use patchbay_rpc::{Channel, Server};
use patchbay_runtime::{Readiness, Runtime};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::consumers::deliveries::Deliveries;
use crate::context::Context;
use crate::endpoints::breakers::Breakers;
use crate::endpoints::routing::Routing;
use crate::endpoints::slots::SlotTable;
use crate::endpoints::watch_endpoints::watch_endpoints;
use crate::endpoints::watch_subscriptions::watch_subscriptions;
use crate::metrics::SenderMetrics;
use crate::progress::Progress;
use crate::recording::due_signal::DueSignal;
use crate::recording::recorder::recorder;
use crate::recording::storage::Storage;
use crate::recording::writer::Writer;
use crate::sending::attempt::Attempter;
use crate::sending::component::Components;
use crate::sending::component_slots::ComponentSlots;
use crate::sending::deliver::Deliverer;
use crate::sending::gone::{gone, stop_webhooks};
use crate::sending::in_flight::InFlight;
use crate::store;
use crate::workers::auto_disable::auto_disable;
use crate::workers::backlog::measure_backlog;
use crate::workers::record_dead_letters::record_dead_letters;
use crate::workers::release_held::release_held;
use crate::workers::report_outages::report_outages;
use crate::workers::retention::delete_old;
use crate::workers::retry::RetryWorker;
use crate::workers::run_recoveries::run_recoveries;
use crate::workers::share_breakers::share_breakers;
use crate::workers::store_counts::store_counts;

const CHECK_DEADLINE: Duration = Duration::from_secs(1);

/// Starts the workers as tasks of `runtime.stop` and adds the gRPC service to `server`.
///
/// # Errors
/// The egress settings are invalid, or the database cannot be read.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    installations: Channel,
    config: Config,
) -> anyhow::Result<Server> {
    let Runtime { clock, random, metrics, readiness, stop } = runtime;
    let metrics = SenderMetrics::register(&metrics);
    let egress = egress(&config)?;
    let slots = Arc::new(SlotTable::new(config.endpoint_concurrency));
    let breakers = Arc::new(Breakers::new(config.breaker, clock.clone(), slots.clone()));
    for row in store::breakers::load(&db).await.context("the breakers cannot be read")? {
        breakers.adopt(&row);
    }
    if let Err(error) = store::retention::make_partitions(&db, clock.now()).await {
        tracing::warn!(%error, "partitions of the request log could not be created; the retention worker tries again");
    }

    let (recorder, records) = recorder(clock.clone());
    let components = Components {
        recorder: recorder.clone(),
        clock: clock.clone(),
        random: random.clone(),
        timeout: config.component_timeout,
        slots: ComponentSlots::new(config.component_concurrency as usize),
    };
    let context = Context {
        db: db.clone(),
        bus: bus.clone(),
        clock: clock.clone(),
        random: random.clone(),
        metrics: metrics.clone(),
        stop: stop.clone(),
        installations: installations.clone(),
        routing: Arc::new(Routing::default()),
        slots: slots.clone(),
        breakers: breakers.clone(),
        components,
        progress: Arc::new(Progress::default()),
        due: Arc::new(DueSignal::default()),
        recovery_started: Arc::default(),
        recovery_rate: config.recovery_rate,
    };
    let routing = &context.routing;
    check_apps(&readiness, routing);
    check_progress(&readiness, &context, config.stall_after, config.webhook_timeout);

    let storage = Arc::new(Storage::new(db.clone()));
    let writer = Writer {
        db: db.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        storage: storage.clone(),
        due: context.due.clone(),
        progress: context.progress.clone(),
        stop: stop.clone(),
    };
    let (gone, reports) = gone();
    let deliverer = Arc::new(Deliverer {
        routing: routing.clone(),
        attempter: Attempter { timeout: config.webhook_timeout, clock: clock.clone(), random },
        schedule: config.retry_schedule.clone(),
        attempts: Arc::new(Semaphore::new(config.attempt_concurrency as usize)),
        in_flight: InFlight::default(),
        breakers,
        gone,
        recorder,
        clock: clock.clone(),
        metrics,
    });
    let retries = RetryWorker {
        context: context.clone(),
        deliverer: deliverer.clone(),
        storage: storage.clone(),
        window: config.delivery_window,
    };
    let deliveries =
        Deliveries { context: context.clone(), deliverer, storage, window: config.delivery_window };

    let watch = watch_endpoints(routing.clone(), installations.clone(), slots, egress, stop.clone());
    let subscriptions = watch_subscriptions(routing.clone(), installations.clone(), stop.clone());
    let stopping = stop_webhooks(installations, routing.clone(), clock.clone(), reports, stop.clone());
    let tasks: [(&str, BoxFuture<'static, ()>); 16] = [
        ("endpoints", watch.boxed()),
        ("subscriptions", subscriptions.boxed()),
        ("writer", writer.run(records).boxed()),
        ("deliveries", deliveries.run().boxed()),
        ("retries", retries.run().boxed()),
        ("gone installations", stopping.boxed()),
        ("breakers", share_breakers(context.clone()).boxed()),
        ("held webhooks", release_held(context.clone()).boxed()),
        ("recoveries", run_recoveries(context.clone()).boxed()),
        ("counts", store_counts(context.clone()).boxed()),
        (
            "failing apps",
            auto_disable(context.clone(), config.auto_disable, config.auto_disable_every).boxed(),
        ),
        ("outages", report_outages(context.clone()).boxed()),
        ("retention", delete_old(context.clone(), config.retention).boxed()),
        ("outbox", relay(db, bus, clock, stop.token()).boxed()),
        ("backlog", measure_backlog(context.clone()).boxed()),
        ("dead letters", record_dead_letters(context.clone()).boxed()),
    ];
    for (name, task) in tasks {
        stop.spawn(format!("webhook-sender: {name}"), task);
    }
    Ok(server.add_service(WebhooksServer::new(context)))
}

fn egress(config: &Config) -> anyhow::Result<Egress> {
    let connections = Connections {
        // Many apps may share a host, and each of their slots keeps its connection.
        max_idle_per_host: config.attempt_concurrency as usize,
        connect_timeout: config.connect_timeout,
        ..Connections::default()
    };
    Ok(config.egress.builder()?.connections(connections).build()?)
}

fn check_apps(readiness: &Readiness, routing: &Arc<Routing>) {
    let routing = routing.clone();
    readiness.check("webhook-sender-apps", CHECK_DEADLINE, move || {
        let complete = routing.is_complete();
        async move { if complete { Ok(()) } else { Err("apps and installations are not known yet") } }
    });
}

/// An attempt that takes its whole timeout is no stall.
fn check_progress(readiness: &Readiness, context: &Context, stall_after: Duration, timeout: Duration) {
    let (progress, in_memory) = (context.progress.clone(), context.metrics.window_used.clone());
    let routing = context.routing.clone();
    readiness.check("webhook-sender-progress", CHECK_DEADLINE, move || {
        let longest = stall_after.max(2 * routing.longest_timeout(timeout));
        let result = progress.check(in_memory.get() > 0, longest);
        async move { result }
    });
}
