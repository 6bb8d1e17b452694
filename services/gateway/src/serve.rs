//! Accepts connections and serves them until the stop, with a bound on their number and on the time a client
//! may take to say what it wants.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::Request;
use axum::{BoxError, Router};
use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use patchbay_runtime::Stop;
use patchbay_runtime::metrics::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::client_address::Peer;
use crate::gateway::Gateway;

/// From a connection, or the request before, to the end of a request's head. It also ends idle connections.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest head of a request that is read at all. Smaller ones that are still too large get a proper answer.
const HEAD_BYTES: u32 = 128 * 1024;
/// How often an HTTP/2 client is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Requests of one HTTP/2 connection at once.
const STREAMS: u32 = 128;
/// After a failure to accept, which means that the process is out of files most of the time.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is requested, then finishes the requests that have begun.
pub(crate) async fn serve(listener: TcpListener, router: Router, gateway: Gateway, stop: Stop) {
    let open = Arc::new(Semaphore::new(gateway.config.max_connections));
    let mut connections = JoinSet::new();
    loop {
        // Not accepted is not served: the rest waits in the system's backlog.
        let accepted = async {
            let permit = open.clone().acquire_owned().await;
            (listener.accept().await, permit)
        };
        tokio::select! {
            () = stop.requested() => break,
            Some(_ended) = connections.join_next() => {}
            (accepted, permit) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let (router, stop) = (router.clone(), stop.clone());
                    let counted = Counted::new(gateway.metrics.connections.clone());
                    connections.spawn(async move {
                        let _guards = (permit, counted);
                        connection(stream, Peer(peer.ip()), router, stop).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, peer: Peer, router: Router, stop: Stop) {
    // Answers are small and written at once; waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_header_list_size(HEAD_BYTES)
        .max_concurrent_streams(STREAMS);
    let service = router.map_request(from_peer(peer));
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.requested() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients that go away or speak no HTTP are everyday life.
        tracing::debug!(error, "a connection ended early");
    }
}

/// Notes on a request where it comes from.
fn from_peer<B>(peer: Peer) -> impl Fn(Request<B>) -> Request<Body> + Clone
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    move |mut request| {
        request.extensions_mut().insert(peer);
        request.map(Body::new)
    }
}

/// Counts a connection for as long as it lives.
struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
