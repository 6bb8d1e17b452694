//! Requests without a proxy: hyper's pooled client, as reqwest uses it, without reqwest's own layers
//! (cookies, redirects, retries, referers, URL parsing per request), which cost about as much as the request
//! itself.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::Service;

use crate::connections::{Connections, KEEPALIVE};
use crate::resolver::GuardedResolver;

pub(crate) type Direct = Client<Connector, Full<Bytes>>;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Connected = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Opens TCP connections, except to the ports of this process. The connection itself is checked, because only it tells for
/// sure which of several addresses was used.
#[derive(Debug, Clone)]
struct Tcp {
    connector: HttpConnector<GuardedResolver>,
    resolver: GuardedResolver,
}

/// Opens connections within one time limit for DNS, TCP and TLS.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    tls: HttpsConnector<Tcp>,
    limit: std::time::Duration,
}

pub(crate) fn client(connections: &Connections, tls: ClientConfig, resolver: GuardedResolver) -> Direct {
    let mut tcp = HttpConnector::new_with_resolver(resolver.clone());
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    let tcp = Tcp { connector: tcp, resolver };
    let connector = Connector { tls: HttpsConnector::from((tcp, tls)), limit: connections.connect_timeout };
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(connections.max_idle_per_host)
        .pool_idle_timeout(connections.idle_timeout)
        .http1_title_case_headers(true)
        .http2_keep_alive_interval(KEEPALIVE)
        .http2_keep_alive_while_idle(true)
        .build(connector)
}

pub(crate) fn request(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body.clone()));
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    request
}

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connecting, resolver) = (self.connector.call(uri), self.resolver.clone());
        Box::pin(async move {
            let stream = connecting.await?;
            let (peer, local) = (stream.inner().peer_addr()?, stream.inner().local_addr()?);
            resolver.guard().check_peer(peer, Some(local.ip()))?;
            Ok(stream)
        })
    }
}

impl Service<Uri> for Connector {
    type Response = Connected;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connected, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tls.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = timeout(self.limit, self.tls.call(uri));
        Box::pin(async move {
            connecting.await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}
