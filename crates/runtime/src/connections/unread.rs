//! The rest of a request whose handler answers without reading all of it.
//!
//! On HTTP/1.1 the next request of a connection follows the rest of the last one. Hyper closes the connection if that rest has not
//! arrived yet, and the client learns of it when its next request fails. So the rest is read and discarded; if it is too large or
//! too slow, the response says that the connection closes.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::time::timeout;

/// Several times the largest request that any port accepts.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The time that a client gets to send the rest.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers a request, and discards what its handler left of it.
pub(super) async fn discard_rest(request: Request, next: Next) -> Response {
    if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let waits_for_consent = request.headers().contains_key(header::EXPECT);
    let loan = Arc::new(Mutex::new(Rest::OnLoan));
    let returned = loan.clone();
    let request = request.map(|body| Body::new(Borrowed { body, was_read: false, ended: false, loan }));
    let mut response = next.run(request).await;
    let rest = std::mem::replace(&mut *returned.lock().unwrap_or_else(PoisonError::into_inner), Rest::OnLoan);
    let is_gone = match rest {
        Rest::Nothing => true,
        // To read it would ask the client to send it.
        Rest::Unread { was_read: false, .. } if waits_for_consent => false,
        Rest::Unread { body, .. } => timeout(PATIENCE, discard(body)).await.unwrap_or(false),
        Rest::OnLoan => false,
    };
    if !is_gone {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether the body ended within the limit.
async fn discard(mut body: Body) -> bool {
    let mut room = MOST_BYTES as u64;
    loop {
        if body.size_hint().lower() > room {
            return false;
        }
        match std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let Some(left) = room.checked_sub(length as u64) else { return false };
                room = left;
            }
        }
    }
}

/// The part of the body that the handler has left.
enum Rest {
    OnLoan,
    Nothing,
    Unread { body: Body, was_read: bool },
}

/// The body of a request, which its handler returns by dropping it.
struct Borrowed {
    body: Body,
    was_read: bool,
    ended: bool,
    loan: Arc<Mutex<Rest>>,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let body = std::mem::take(&mut self.body);
        let rest = match self.ended || body.is_end_stream() {
            true => Rest::Nothing,
            false => Rest::Unread { body, was_read: self.was_read },
        };
        *self.loan.lock().unwrap_or_else(PoisonError::into_inner) = rest;
    }
}

impl hyper::body::Body for Borrowed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.was_read = true;
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.ended |= matches!(frame, Poll::Ready(None | Some(Err(_))));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
