use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::stream;
use patchbay_gateway::{Config, Context, router};
use patchbay_runtime::Runtime;
use tower::ServiceExt;

use crate::answer::Answer;
use crate::platform::Platform;

/// A request whose body never comes.
fn waiting() -> Request<Body> {
    let never = Body::from_stream(stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let path = "/api/0/sentry-app-installations/00000000-0000-4000-8000-000000000000/authorizations/";
    Request::post(path).header("content-type", "application/json").body(never).unwrap()
}

fn gateway(platform: &Platform, config: Config) -> axum::Router {
    router(Context::new(platform.channels(), config, &Runtime::new(platform.clock.clone())))
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let platform = Platform::start().await;
    let config = Config { request_timeout: Duration::from_millis(20), ..platform.config.clone() };
    let answer = gateway(&platform, config).oneshot(waiting()).await.unwrap();
    Answer::read(answer).await.is(504, r#"{"detail":"The request took too long."}"#);
}

#[tokio::test]
async fn one_request_too_many_is_refused_at_once() {
    let platform = Platform::start().await;
    let router = gateway(&platform, Config { max_requests: 1, ..platform.config.clone() });
    let mut first = Box::pin(router.clone().oneshot(waiting()));
    assert!(futures::poll!(&mut first).is_pending());
    let health = || router.clone().oneshot(Request::get("/healthz").body(Body::empty()).unwrap());
    let refused = Answer::read(health().await.unwrap()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    drop(first);
    assert_eq!(health().await.unwrap().status(), 200);
}
