//! Starts the gateway.

use patchbay_runtime::Runtime;
use patchbay_runtime::connections::{Port, serve_http};
use tokio::net::TcpListener;

use crate::config::Config;
use crate::context::Context;
use crate::grpc::Channels;
use crate::router::router;
use patchbay_edge::revocations;

/// Starts the gateway's tasks under `runtime.stop`.
///
/// # Errors
/// When the address of the listener cannot be read.
pub async fn start(
    listener: TcpListener,
    runtime: Runtime,
    services: Channels,
    config: Config,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let context = Context::new(services, config, &runtime);
    let Runtime { metrics, readiness, stop, .. } = runtime;
    revocations::report(&context.introspection, &readiness);
    stop.spawn("gateway: revocations", revocations::watch(context.introspection.clone(), stop.clone()));
    let port = Port::new("gateway", listener, context.config.connections.clone(), &metrics);
    let router = router(context);
    let serve = move |io, connection| serve_http(io, connection, router.clone());
    stop.spawn("gateway: http", port.serve(stop.clone(), serve));
    tracing::info!(%address, "the REST API listens");
    Ok(())
}
