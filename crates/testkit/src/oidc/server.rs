use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::state::{Pairs, State};

/// Serves until the task is aborted, which also closes its connections.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&state)));
            // A client that disconnects notices the error itself.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    Ok(match (parts.method.as_str(), parts.uri.path()) {
        ("GET", "/.well-known/openid-configuration") => json(Some(state.configuration())),
        ("GET", "/jwks") => json(Some(state.keys())),
        ("GET", "/authorize") => redirect(state.authorize(&query)),
        ("POST", "/token") => json(state.token(authorization.unwrap_or_default(), &pairs(&body))),
        _ => status(404),
    })
}

fn pairs(text: &[u8]) -> Pairs {
    form_urlencoded::parse(text).into_owned().collect()
}

fn json(body: Option<Value>) -> Response<Full<Bytes>> {
    let (code, body) = match body {
        Some(body) => (200, body),
        None => (400, serde_json::json!({ "error": "invalid_grant" })),
    };
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(code).expect("it is one");
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

fn redirect(location: Option<String>) -> Response<Full<Bytes>> {
    let Some(location) = location.and_then(|location| location.parse().ok()) else { return status(400) };
    let mut response = status(302);
    response.headers_mut().insert(header::LOCATION, location);
    response
}

fn status(code: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = http::StatusCode::from_u16(code).expect("it is one");
    response
}
