//! Runs each call in a span of the caller's trace, on behalf of its client, and turns a panic into an error response.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};
use http::{Request, Response};
use patchbay_domain::Error;
use patchbay_runtime::trace_context::{self, TraceContext};
use tonic::body::Body;
use tower::{Layer, Service};
use tracing::Instrument;

use crate::client_address::{self, for_client_at};
use crate::status;

#[derive(Clone)]
pub(crate) struct ObserveLayer;

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Observe(inner)
    }
}

#[derive(Clone)]
pub(crate) struct Observe<S>(S);

impl<S, B> Service<Request<B>> for Observe<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let path = request.uri().path().to_owned();
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let name = path.trim_start_matches('/');
        let span = match TraceContext::read(header) {
            // The call belongs to a trace, which must stay complete at any log level.
            Some(parent) => {
                let span = tracing::info_span!("grpc", otel.name = %name, otel.kind = "server");
                trace_context::set_parent(&span, &parent);
                span
            }
            None => tracing::debug_span!("grpc", otel.name = %name, otel.kind = "server"),
        };
        let address = client_address::read(request.headers());
        let answer = AssertUnwindSafe(for_client_at(address, self.0.call(request))).catch_unwind();
        answer
            .or_else(move |panic| async move { answer_to_panic(&path, panic.as_ref()) })
            .map(flatten)
            .instrument(span)
            .boxed()
    }
}

fn flatten<T>(answer: Result<Result<T, Infallible>, Infallible>) -> Result<T, Infallible> {
    match answer {
        Ok(answer) => answer,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "takes the place of a future's two results")]
fn answer_to_panic(
    path: &str,
    panic: &(dyn Any + Send),
) -> Result<Result<Response<Body>, Infallible>, Infallible> {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(path, panic = text.unwrap_or("not text"), "a handler panicked");
    Ok(Ok(status::from_error(Error::internal("PANIC", "Internal error.")).into_http()))
}
