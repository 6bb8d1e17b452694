//! Counts the requests of a connection: those that the server works on, and those that wait for the client.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::http::{Request, Response};
use futures::future::BoxFuture;
use hyper::body::{Body, Frame, SizeHint};
use tower::{Layer, Service};

use super::Connection;

/// Counts the requests of a service for a connection. `wrap` converts an [`Upload`] to the body type of the service.
#[derive(Debug)]
pub struct RequestsLayer<B, T> {
    connection: Connection,
    wrap: fn(Upload<B>) -> T,
}

impl<B, T> RequestsLayer<B, T> {
    pub fn new(connection: Connection, wrap: fn(Upload<B>) -> T) -> Self {
        Self { connection, wrap }
    }
}

impl<B, T> Clone for RequestsLayer<B, T> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), wrap: self.wrap }
    }
}

impl<S, B, T> Layer<S> for RequestsLayer<B, T> {
    type Service = Requests<S, B, T>;

    fn layer(&self, inner: S) -> Self::Service {
        Requests { inner, connection: self.connection.clone(), wrap: self.wrap }
    }
}

#[derive(Debug)]
pub struct Requests<S, B, T> {
    inner: S,
    connection: Connection,
    wrap: fn(Upload<B>) -> T,
}

impl<S: Clone, B, T> Clone for Requests<S, B, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), connection: self.connection.clone(), wrap: self.wrap }
    }
}

impl<S, B, T, R> Service<Request<B>> for Requests<S, B, T>
where
    S: Service<Request<T>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<Download<R>>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let call = Arc::new(Call::begin(self.connection.clone()));
        let whole = Whole(call.clone());
        let answer = self.inner.call(request.map(|body| (self.wrap)(Upload { body, call })));
        Box::pin(async move {
            let answer = answer.await?;
            // Nothing is sent to the client before the transport asks for it.
            whole.0.now(Phase::Answering { unread: true });
            Ok(answer.map(|body| Download { body, call: whole }))
        })
    }
}

/// The phase of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The handler has not returned the head of the response.
    Asking {
        /// The handler waits for more of the request body.
        unsent: bool,
    },
    /// The response has begun. The rest of the request no longer counts, because a bidirectional stream may be silent.
    Answering {
        /// The transport has a part of the response and does not ask for the next.
        unread: bool,
    },
    Over,
}

impl Phase {
    fn waits_for_client(self) -> bool {
        matches!(self, Self::Asking { unsent: true } | Self::Answering { unread: true })
    }
}

#[derive(Debug)]
struct Call {
    connection: Connection,
    phase: Mutex<Phase>,
}

impl Call {
    fn begin(connection: Connection) -> Self {
        connection.update(|activity, now| {
            activity.requested = true;
            activity.working += 1;
            activity.progress = now;
        });
        Self { connection, phase: Mutex::new(Phase::Asking { unsent: false }) }
    }

    fn now(&self, next: Phase) {
        self.change(|_| next);
    }

    fn change(&self, next: impl FnOnce(Phase) -> Phase) {
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *phase;
        if before == Phase::Over {
            return;
        }
        *phase = next(before);
        let after = *phase;
        self.connection.update(|activity, now| {
            *(if before.waits_for_client() { &mut activity.waiting } else { &mut activity.working }) -= 1;
            if after != Phase::Over {
                *(if after.waits_for_client() { &mut activity.waiting } else { &mut activity.working }) += 1;
            }
            activity.progress = now;
        });
    }

    fn sending(&self, unsent: bool) {
        self.change(|phase| match phase {
            Phase::Asking { .. } => Phase::Asking { unsent },
            later => later,
        });
    }
}

/// Ends a request when its response has been passed on or dropped.
#[derive(Debug)]
struct Whole(Arc<Call>);

impl Drop for Whole {
    fn drop(&mut self) {
        self.0.now(Phase::Over);
    }
}

/// The body of a request, counted.
#[derive(Debug)]
pub struct Upload<B> {
    body: B,
    call: Arc<Call>,
}

impl<B: Body + Unpin> Body for Upload<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.call.sending(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Upload<B> {
    fn drop(&mut self) {
        self.call.sending(false);
    }
}

/// The body of a response, counted.
#[derive(Debug)]
pub struct Download<B> {
    body: B,
    call: Whole,
}

impl<B: Body + Unpin> Body for Download<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.call.0.now(Phase::Answering { unread: frame.is_ready() });
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
