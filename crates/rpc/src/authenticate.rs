//! Refuses calls that do not carry the service secret.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use futures::future::Either;
use http::{Request, Response, header};
use patchbay_domain::{Error, SecretString};
use tonic::body::Body;
use tower::{Layer, Service};

use crate::status;

/// Orchestrators make health checks without the secret. The response reveals nothing.
const OPEN_TO_ALL: &str = "/grpc.health.v1.Health/";

#[derive(Clone)]
pub(crate) struct AuthenticateLayer(pub(crate) SecretString);

impl<S> Layer<S> for AuthenticateLayer {
    type Service = Authenticate<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { inner, secret: self.0.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct Authenticate<S> {
    inner: S,
    secret: SecretString,
}

impl<S, B> Service<Request<B>> for Authenticate<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if request.uri().path().starts_with(OPEN_TO_ALL) || carries(&request, &self.secret) {
            return Either::Left(self.inner.call(request));
        }
        let refusal = Error::unauthenticated(
            "SERVICE_SECRET_REQUIRED",
            "Calls need the service secret: metadata `authorization: Bearer <secret>`.",
        );
        Either::Right(ready(Ok(status::from_error(refusal).into_http())))
    }
}

fn carries<B>(request: &Request<B>, secret: &SecretString) -> bool {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // Comparing secrets takes constant time.
    value
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|given| SecretString::new(given) == *secret)
}
