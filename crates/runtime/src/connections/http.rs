//! HTTP/1.1 and HTTP/2 on a connection.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::middleware::from_fn;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tower::{Layer, ServiceExt};

use super::unread::discard_rest;
use super::{Connection, Io, RequestsLayer};

/// Bytes of the largest request head that is read. The gateway refuses smaller heads that exceed its own limit with a proper response.
const HEAD_BYTES: u32 = 128 * 1024;
/// The interval of HTTP/2 pings, which detect lost clients.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Concurrent requests of one HTTP/2 connection.
const STREAMS: u32 = 128;

/// Serves a connection of a [`Port`](super::Port). Requests carry the client's address as [`ConnectInfo`].
pub async fn serve_http(io: Io, connection: Connection, router: Router) {
    let mut builder = Builder::new(TokioExecutor::new());
    // The limits of the port include the time for a head. Hyper's own limit would close idle connections earlier.
    builder.http1().header_read_timeout(None).max_buf_size(HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_header_list_size(HEAD_BYTES)
        .max_concurrent_streams(STREAMS);
    let peer = connection.peer();
    let service =
        RequestsLayer::new(connection.clone(), Body::new).layer(from_fn(discard_rest).layer(router));
    let service = service.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let served = builder.serve_connection(TokioIo::new(io), TowerToHyperService::new(service));
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = connection.closing() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        // Clients that disconnect or do not speak HTTP are normal.
        tracing::debug!(error, "a connection ended early");
    }
}
