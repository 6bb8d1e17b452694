use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;

use super::answer::Conduct;
use super::script::Script;
use super::{Answer, Received};

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Serves until `stopped` resolves (or its sender is dropped), then closes every connection.
pub(super) async fn serve(listener: TcpListener, script: Arc<Script>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, peer)) = accepted {
                    connections.spawn(converse(stream, peer, Arc::clone(&script)));
                }
            }
            Some(_) = connections.join_next() => {}
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn converse(stream: TcpStream, peer: SocketAddr, script: Arc<Script>) {
    let service = service_fn(|request| handle(request, peer, Arc::clone(&script)));
    // Errors of clients that disconnect, and of connections closed on purpose; tests cause both deliberately.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An error makes the server close the connection without a response.
async fn handle(
    request: Request<Incoming>,
    peer: SocketAddr,
    script: Arc<Script>,
) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let answer = script.take(Received {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        at: Instant::now(),
        peer,
    });
    respond(answer).await
}

async fn respond(answer: Answer) -> io::Result<Response<Body>> {
    sleep(answer.delay).await;
    let body = match answer.conduct {
        Conduct::Whole(body) => Full::new(body).boxed_unsync(),
        Conduct::Drip { piece, pause, times } => {
            let pieces = stream::iter(0..times).then(move |_| {
                let piece = piece.clone();
                async move {
                    sleep(pause).await;
                    Ok(Frame::data(piece))
                }
            });
            StreamBody::new(pieces).boxed_unsync()
        }
        Conduct::Hang => pending().await,
        Conduct::HangUp => return Err(io::Error::other("told to hang up")),
    };
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(body).map_err(io::Error::other)
}
