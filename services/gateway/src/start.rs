//! From what the process provides to a running gateway.

use patchbay_domain::Clock;
use patchbay_runtime::connections::{Port, serve_http};
use patchbay_runtime::{Metrics, Readiness, Stop};
use tokio::net::TcpListener;

use crate::config::Config;
use crate::gateway::Gateway;
use crate::grpc::Channels;
use crate::revocations;
use crate::router::router;

/// What the gateway needs from the process around it.
#[derive(Debug)]
pub struct Deps {
    /// Where people and apps connect.
    pub listener: TcpListener,
    /// The services behind the gateway.
    pub services: Channels,
    /// The gateway's own settings.
    pub config: Config,
    /// Tells the time.
    pub clock: Clock,
    /// Where its metrics are registered.
    pub metrics: Metrics,
    /// Where it says whether it should get requests.
    pub readiness: Readiness,
    /// Ends it; requests that have begun are finished.
    pub stop: Stop,
}

/// Starts the gateway's tasks under `deps.stop`.
///
/// # Errors
/// When the listener has no address, which it always has.
pub async fn start(deps: Deps) -> anyhow::Result<()> {
    let Deps { listener, services, config, clock, metrics, readiness, stop } = deps;
    let address = listener.local_addr()?;
    let gateway = Gateway::new(services, config, clock, &metrics);
    revocations::report(&gateway, &readiness);
    stop.spawn("gateway: revocations", revocations::watch(gateway.clone(), stop.clone()));
    let port = Port::new("gateway", listener, gateway.config.connections.clone(), &metrics);
    let router = router(gateway);
    let serve = move |io, connection| serve_http(io, connection, router.clone());
    stop.spawn("gateway: http", port.serve(stop.clone(), serve));
    tracing::info!(%address, "gateway listens");
    Ok(())
}
