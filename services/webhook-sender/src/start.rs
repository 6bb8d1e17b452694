//! Setting the service up.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use patchbay_bus::Bus;
use patchbay_bus::outbox::relay;
use patchbay_db::Db;
use patchbay_egress::{Connections, Egress};
use patchbay_proto::webhook_sender::webhooks_server::WebhooksServer;
use patchbay_rpc::{Channel, Server};
use patchbay_runtime::{Readiness, Runtime};
use tokio::sync::{Notify, Semaphore};

use crate::attempt::Attempter;
use crate::breakers::Breakers;
use crate::component::{Components, Places};
use crate::config::Config;
use crate::consumers::deliveries::Deliveries;
use crate::deliver::{Deliverer, lease};
use crate::grpc::webhooks::WebhooksService;
use crate::lane::Lanes;
use crate::metrics::SenderMetrics;
use crate::progress::Progress;
use crate::recorder::{Storage, recorder};
use crate::stopper::{stopper, tell_stopped};
use crate::store;
use crate::under_way::UnderWay;
use crate::workers::backlog::measure_backlog;
use crate::workers::bury::bury_dead_letters;
use crate::workers::disable::disable_broken;
use crate::workers::due::{Due, Wake};
use crate::workers::keep_breakers::keep_breakers;
use crate::workers::recover::run_recoveries;
use crate::workers::release::release_held;
use crate::workers::retention::forget_old;
use crate::workers::tally::store_tallies;
use crate::workers::write::Writer;
use crate::world::{self, World};

const CHECK_DEADLINE: Duration = Duration::from_secs(1);

/// Starts the workers (as tasks of `runtime.stop`) and adds the gRPC services to `server`.
///
/// # Errors
/// When the HTTP client cannot be set up.
pub async fn start(
    server: Server,
    runtime: Runtime,
    db: Db,
    bus: Bus,
    installations: Channel,
    config: Config,
) -> anyhow::Result<Server> {
    let Runtime { clock, metrics, readiness, stop } = runtime;
    let metrics = SenderMetrics::register(&metrics);
    let lanes = Arc::new(Lanes::new(config.endpoint_concurrency));
    let world = Arc::new(World::default());
    let breakers = Arc::new(Breakers::new(config.breaker, clock.clone(), lanes.clone()));
    for row in store::breakers::load(&db).await.context("the state of endpoints cannot be read")? {
        breakers.adopt(&row);
    }
    if let Err(error) = store::retention::make_partitions(&db, clock.now()).await {
        tracing::warn!(%error, "the request log has no partitions for the next days yet");
    }
    let egress = egress(&config)?;
    world::watch(&world, &installations, &lanes, config.timeout_bounds, &egress, &stop);
    check(&readiness, &world);
    let progress = Arc::new(Progress::default());
    let stall_after = config.stall_after.max(2 * config.timeout_bounds.longest);
    check_progress(&readiness, &progress, &metrics, stall_after);

    let (recorder, records) = recorder(clock.clone());
    let storage = Arc::new(Storage::new(db.clone()));
    let wake = Arc::new(Wake::default());
    let writer = Writer {
        db: db.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        storage: storage.clone(),
        wake: wake.clone(),
        progress: progress.clone(),
        stop: stop.clone(),
    };
    stop.spawn("webhook-sender: writer", writer.run(records));

    let (stopper, gone) = stopper();
    let told = tell_stopped(installations.clone(), world.clone(), clock.clone(), gone, stop.clone());
    stop.spawn("webhook-sender: stopped installations", told);
    let components = Components {
        recorder: recorder.clone(),
        clock: clock.clone(),
        timeout: config.component_timeout,
        places: Places::new(config.component_concurrency as usize),
    };
    let deliverer = Arc::new(Deliverer {
        world: world.clone(),
        attempter: Attempter { timeout: config.webhook_timeout, clock: clock.clone() },
        schedule: config.retry_schedule.clone(),
        attempts: Arc::new(Semaphore::new(config.attempt_concurrency as usize)),
        under_way: UnderWay::default(),
        breakers: breakers.clone(),
        stopper,
        recorder,
        clock: clock.clone(),
        metrics: metrics.clone(),
    });
    let due = Due {
        db: db.clone(),
        clock: clock.clone(),
        deliverer: deliverer.clone(),
        breakers: breakers.clone(),
        lanes: lanes.clone(),
        wake: wake.clone(),
        storage: storage.clone(),
        lease: lease(config.webhook_timeout.max(config.timeout_bounds.longest)),
        window: config.delivery_window,
        stop: stop.clone(),
    };
    stop.spawn("webhook-sender: due", due.run());
    let kept = keep_breakers(db.clone(), clock.clone(), breakers, wake.clone(), stop.clone());
    stop.spawn("webhook-sender: breakers", kept);
    let released = release_held(db.clone(), clock.clone(), world.clone(), wake.clone(), stop.clone());
    stop.spawn("webhook-sender: release", released);
    let recoveries = Arc::new(Notify::new());
    let recovered = run_recoveries(db.clone(), clock.clone(), recoveries.clone(), wake.clone(), stop.clone());
    stop.spawn("webhook-sender: recoveries", recovered);
    stop.spawn(
        "webhook-sender: tallies",
        store_tallies(db.clone(), clock.clone(), lanes.clone(), stop.clone()),
    );
    let disabled =
        disable_broken(db.clone(), clock.clone(), installations.clone(), config.broken, stop.clone());
    stop.spawn("webhook-sender: broken apps", disabled);
    let forgotten = forget_old(db.clone(), clock.clone(), config.retention, stop.clone());
    stop.spawn("webhook-sender: retention", forgotten);
    stop.spawn("webhook-sender: outbox", relay(db.clone(), bus.clone(), clock.clone(), stop.token()));
    let deliveries = Deliveries {
        bus: bus.clone(),
        db: db.clone(),
        deliverer,
        storage,
        progress: progress.clone(),
        window: config.delivery_window,
        stop: stop.clone(),
    };
    stop.spawn("webhook-sender: deliveries", deliveries.run());
    stop.spawn(
        "webhook-sender: backlog",
        measure_backlog(db.clone(), clock.clone(), lanes.clone(), metrics.clone(), progress, stop.clone()),
    );

    let buried = bury_dead_letters(db.clone(), bus.clone(), clock.clone(), metrics, stop.clone());
    stop.spawn("webhook-sender: dead letters of the bus", buried);

    let service = WebhooksService {
        db,
        bus,
        clock,
        installations,
        world,
        lanes,
        components,
        wake,
        recoveries,
        recovery_rate: config.recovery_rate,
    };
    Ok(server.add_service(WebhooksServer::new(service)))
}

fn egress(config: &Config) -> anyhow::Result<Egress> {
    let connections = Connections {
        // Many apps may live at one host; every place of theirs keeps its connection.
        max_idle_per_host: config.attempt_concurrency as usize,
        connect_timeout: config.connect_timeout,
        ..Connections::default()
    };
    let builder = Egress::builder(config.egress.clone()).connections(connections);
    let builder = match &config.egress_proxy {
        Some(proxy) => builder.proxy(proxy.expose()).context("the egress proxy")?,
        None => builder,
    };
    Ok(builder.build()?)
}

fn check(readiness: &Readiness, world: &Arc<World>) {
    let world = world.clone();
    readiness.check("webhook-sender-apps", CHECK_DEADLINE, move || {
        let complete = world.is_complete();
        async move { if complete { Ok(()) } else { Err("apps and installations are not known yet") } }
    });
}

fn check_progress(
    readiness: &Readiness,
    progress: &Arc<Progress>,
    metrics: &SenderMetrics,
    stall_after: Duration,
) {
    let (progress, in_memory) = (progress.clone(), metrics.window_used.clone());
    readiness.check("webhook-sender-progress", CHECK_DEADLINE, move || {
        let result = progress.check(in_memory.get() > 0, stall_after);
        async move { result }
    });
}
