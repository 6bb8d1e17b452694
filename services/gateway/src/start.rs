//! From what the process provides to a running gateway.

use patchbay_runtime::Runtime;
use patchbay_runtime::connections::{Port, serve_http};
use tokio::net::TcpListener;

use crate::config::Config;
use crate::gateway::Gateway;
use crate::grpc::Channels;
use crate::revocations;
use crate::router::router;

/// Starts the gateway's tasks under `runtime.stop`.
///
/// # Errors
/// When the listener has no address, which it always has.
pub async fn start(
    listener: TcpListener,
    runtime: Runtime,
    services: Channels,
    config: Config,
) -> anyhow::Result<()> {
    let Runtime { clock, metrics, readiness, stop } = runtime;
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
