//! The gRPC server.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::FutureExt;
use futures::future::{BoxFuture, try_join_all};
use futures::{StreamExt, stream};
use http::{Request, Response};
use patchbay_runtime::Stop;
use patchbay_runtime::connections::{Connection, Port, RequestsLayer};
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::RoutesBuilder;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower::Service;

use crate::authenticate::AuthenticateLayer;
use crate::channel::{Channel, WINDOW_BYTES};
use crate::headers::{BoundLayer, MAX_RECEIVED_HEADER_BYTES};
use crate::incoming::Incoming;
use crate::memberships::{Directory, Memberships, MembershipsLayer};
use crate::memory::MemoryListener;
use crate::observe::ObserveLayer;
use crate::security::Security;

const KEEP_ALIVE: Duration = Duration::from_secs(20);
const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub enum Listener {
    /// A bound TCP port.
    Tcp(Port),
    /// A listener for clients in the same process.
    Memory(MemoryListener),
}

/// Serves the gRPC services of a process, with server reflection and the standard health check.
pub struct Server {
    routes: RoutesBuilder,
    reporter: HealthReporter,
    memberships: MembershipsLayer,
}

/// Sets the response to the health check.
#[derive(Clone)]
pub struct Health(HealthReporter);

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Health")
    }
}

impl Health {
    /// Sets the health of the whole process, which has the empty service name.
    pub async fn set_serving(&self, serving: bool) {
        let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.0.set_service_status("", status).await;
    }
}

impl Server {
    /// A server with the health check and reflection only.
    pub fn new() -> anyhow::Result<Self> {
        let (reporter, health) = tonic_health::server::health_reporter();
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(patchbay_proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .context("the compiled-in descriptors cannot be read")?;
        let mut routes = RoutesBuilder::default();
        routes.add_service(health).add_service(reflection);
        Ok(Self { routes, reporter, memberships: MembershipsLayer::default() })
    }

    #[must_use]
    pub fn add_service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.routes.add_service(service);
        self
    }

    /// Sets the `tracker.Directory` service, from which the server reads the memberships of callers who have more than the
    /// metadata of a call carries. Without it such a caller has only the memberships in the metadata.
    #[must_use]
    pub fn with_directory(self, channel: Channel) -> Self {
        self.with_memberships(Arc::new(Directory(channel)))
    }

    /// Like [`Server::with_directory`], for the service that serves the directory.
    #[must_use]
    pub fn with_memberships(self, memberships: Arc<dyn Memberships>) -> Self {
        Self { memberships: MembershipsLayer(Some(memberships)), ..self }
    }

    pub fn health(&self) -> Health {
        Health(self.reporter.clone())
    }

    /// Serves on all `listeners` until `stop` is requested, then finishes the calls in progress.
    ///
    /// # Errors
    /// The certificates cannot be read, or a listener fails.
    pub async fn serve(
        self,
        listeners: Vec<Listener>,
        security: &Security,
        stop: Stop,
    ) -> anyhow::Result<()> {
        let routes = self.routes.routes().prepare();
        let mut serving: Vec<BoxFuture<'static, Result<(), tonic::transport::Error>>> = Vec::new();
        for listener in listeners {
            let stop = stop.clone();
            let mut server = tonic::transport::Server::builder()
                .http2_keepalive_interval(Some(KEEP_ALIVE))
                .http2_max_header_list_size(MAX_RECEIVED_HEADER_BYTES)
                .initial_stream_window_size(WINDOW_BYTES)
                .initial_connection_window_size(4 * WINDOW_BYTES)
                .tcp_nodelay(true);
            if let (Listener::Tcp(_), Some(tls)) = (&listener, &security.tls) {
                server = server.tls_config(tls.server()?.timeout(TLS_HANDSHAKE_TIMEOUT))?;
            }
            let (routes, secret, memberships) =
                (routes.clone(), security.secret.clone(), self.memberships.clone());
            serving.push(match listener {
                Listener::Tcp(port) => {
                    // Each connection has its own server, because tonic closes connections gracefully only together with
                    // their server, and an idle connection has to close alone.
                    let serve = move |io, connection: Connection| {
                        let router = server
                            .clone()
                            .layer(RequestsLayer::new(connection.clone(), Body::new))
                            .layer(BoundLayer)
                            .layer(ObserveLayer)
                            .layer(AuthenticateLayer(secret.clone()))
                            .layer(memberships.clone())
                            .add_routes(routes.clone());
                        let incoming =
                            stream::iter([Ok::<_, Infallible>(Incoming(io))]).chain(stream::pending());
                        let ended = async move {
                            tokio::select! {
                                () = connection.closing() => {}
                                () = connection.released() => {}
                            }
                        };
                        async move {
                            if let Err(error) = router.serve_with_incoming_shutdown(incoming, ended).await {
                                tracing::debug!(%error, "a connection ended early");
                            }
                        }
                    };
                    port.serve(stop, serve).map(Ok).boxed()
                }
                Listener::Memory(memory) => server
                    .layer(BoundLayer)
                    .layer(ObserveLayer)
                    .layer(AuthenticateLayer(secret))
                    .layer(memberships)
                    .add_routes(routes)
                    .serve_with_incoming_shutdown(memory, async move { stop.requested().await })
                    .boxed(),
            });
        }
        self.reporter.set_service_status("", ServingStatus::Serving).await;
        try_join_all(serving).await.context("the gRPC server failed")?;
        Ok(())
    }
}
