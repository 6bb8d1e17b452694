use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use patchbay_egress::{Egress, OutboundRequest};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::local_policy;
use crate::tls::{AUTHORITY, server_config};

/// A server that speaks HTTP/2 only; counts its connections.
async fn serve() -> (SocketAddr, Arc<AtomicUsize>) {
    let mut config = server_config(None);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.unwrap();
                let service = service_fn(|request: Request<hyper::body::Incoming>| async move {
                    assert_eq!(request.version(), Version::HTTP_2);
                    let name = request.headers().get("sentry-hook-resource").cloned();
                    let body = Bytes::from(name.map(|name| name.as_bytes().to_vec()).unwrap_or_default());
                    Ok::<_, Infallible>(Response::new(Full::new(body)))
                });
                let builder = http2::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (address, connections)
}

#[tokio::test]
async fn requests_to_a_server_that_speaks_http2_share_one_connection() {
    let (address, connections) = serve().await;
    let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
    let send = || {
        let url = format!("https://localhost:{}/hook", address.port());
        let request = OutboundRequest::post(url, "{}").header("Sentry-Hook-Resource", "issue");
        let egress = egress.clone();
        async move { egress.send(request).await.unwrap() }
    };
    assert_eq!(&send().await.body[..], b"issue");
    let sent: Vec<_> = (0..20).map(|_| tokio::spawn(send())).collect();
    for one in sent {
        assert_eq!(one.await.unwrap().status, 200);
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}
