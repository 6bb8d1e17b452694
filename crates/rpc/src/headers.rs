//! Limits on the size of gRPC headers.
//!
//! All callers of a service share one HTTP/2 connection. Headers beyond the receiver's limit fail their own call, and much larger
//! ones end the connection. So each side sends less than the other accepts.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::Map;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use patchbay_domain::Error;
use tonic::Status;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tower::{Layer, Service};

use crate::status::{self, MAX_MESSAGE_BYTES};

/// The limit on sent headers, in the counting of HTTP/2.
pub(crate) const MAX_HEADER_BYTES: usize = 12 * 1024;
/// The limit on received headers. Larger headers, which only a foreign process sends, fail their own call.
pub(crate) const MAX_RECEIVED_HEADER_BYTES: u32 = 32 * 1024;

/// Bytes that HTTP/2 counts for each header in addition to its name and value.
const OVERHEAD: usize = 32;

/// The code of a message that exceeds the limit.
const OUT_OF_RANGE: &str = "11";
/// The header with the reason of a status.
const DETAILS: &str = "grpc-status-details-bin";

/// Bounds the headers and trailers of every response, including statuses that tonic creates, and adds the reason that those lack.
#[derive(Clone)]
pub(crate) struct BoundLayer;

impl<S> Layer<S> for BoundLayer {
    type Service = Bound<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Bound(inner)
    }
}

#[derive(Clone)]
pub(crate) struct Bound<S>(S);

type Answer = Result<Response<Body>, Infallible>;

impl<S, B> Service<Request<B>> for Bound<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Map<S::Future, fn(Answer) -> Answer>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0.call(request).map(|answer| answer.map(bound_response))
    }
}

fn bound_response(mut response: Response<Body>) -> Response<Body> {
    complete(response.headers_mut());
    response.map(|body| {
        Body::new(body.map_frame(|mut frame| {
            if let Some(trailers) = frame.trailers_mut() {
                complete(trailers);
            }
            frame
        }))
    })
}

fn complete(headers: &mut HeaderMap) {
    give_reason(headers);
    bound(headers);
}

/// Adds the reason to a refusal that comes from tonic, before any handler.
fn give_reason(headers: &mut HeaderMap) {
    if headers.get("grpc-status").is_none_or(|code| code != OUT_OF_RANGE) || headers.contains_key(DETAILS) {
        return;
    }
    let refusal = Status::from_header_map(headers).and_then(|status| status::too_large_message(&status));
    if let Some(refusal) = refusal
        && refusal.add_header(headers).is_err()
    {
        tracing::error!("a status could not be written as headers");
    }
}

/// Cuts the message of a status that is too large, and drops its other metadata.
fn bound(headers: &mut HeaderMap) {
    let message = headers.get("grpc-message").map_or(0, http::HeaderValue::len);
    if message <= MAX_MESSAGE_BYTES && size(headers) <= MAX_HEADER_BYTES {
        return;
    }
    tracing::warn!(bytes = size(headers), "the status of a call was too large; its message was cut");
    let status = Status::from_header_map(headers).unwrap_or_else(|| Status::internal(""));
    let mut kept = Status::new(status.code(), status::bounded_message(status.message()));
    if size(headers) - message <= MAX_HEADER_BYTES - MAX_MESSAGE_BYTES {
        kept = Status::with_details(kept.code(), kept.message(), status.details().to_vec().into());
    }
    let content_type = headers.remove(CONTENT_TYPE);
    headers.clear();
    headers.extend(content_type.map(|value| (CONTENT_TYPE, value)));
    if kept.add_header(headers).is_err() {
        tracing::error!("a status could not be written as headers");
    }
}

/// Refuses to send a call whose metadata exceeds the limit.
pub(crate) fn check(metadata: &MetadataMap) -> Result<(), Status> {
    let size = size(metadata.as_ref());
    if size <= MAX_HEADER_BYTES {
        return Ok(());
    }
    tracing::error!(size, "a call was not sent, because its metadata is too large");
    Err(status::from_error(Error::internal("METADATA_TOO_LARGE", "Internal error.")))
}

pub(crate) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + OVERHEAD).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(status: &Status) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static("application/grpc"));
        status.add_header(&mut headers).unwrap();
        headers
    }

    #[test]
    fn a_status_that_nobody_bounded_is_cut() {
        let mut with_metadata = MetadataMap::new();
        with_metadata.insert("x-much", "q".repeat(50_000).parse().unwrap());
        for status in [
            Status::invalid_argument("q".repeat(30_000)),
            Status::invalid_argument("ü ".repeat(30_000)),
            Status::with_details(tonic::Code::InvalidArgument, "short", vec![7; 50_000].into()),
            Status::with_metadata(tonic::Code::InvalidArgument, "short", with_metadata),
        ] {
            let mut headers = headers(&status);
            bound(&mut headers);
            assert!(size(&headers) <= MAX_HEADER_BYTES, "{}", size(&headers));
            let cut = Status::from_header_map(&headers).unwrap();
            assert_eq!(cut.code(), tonic::Code::InvalidArgument);
            assert_eq!(cut.message().chars().next(), status.message().chars().next());
            assert_eq!(headers[CONTENT_TYPE], "application/grpc");
        }
    }

    #[test]
    fn a_long_message_does_not_cost_its_details() {
        let details = vec![7; 1000];
        let status = Status::with_details(tonic::Code::NotFound, "q".repeat(30_000), details.clone().into());
        let mut headers = headers(&status);
        bound(&mut headers);
        assert_eq!(Status::from_header_map(&headers).unwrap().details(), details);
    }

    #[test]
    fn a_message_over_the_limit_is_refused_with_a_reason() {
        let text =
            "Error, decoded message length too large: found 41943040 bytes, the limit is: 16777216 bytes";
        let mut headers = headers(&Status::out_of_range(text));
        complete(&mut headers);
        let refusal = status::to_error(&Status::from_header_map(&headers).unwrap());
        assert_eq!(refusal.reason, "MESSAGE_TOO_LARGE");
        assert_eq!(refusal.message, "The message has 41943040 bytes, and the limit is 16777216.");
    }

    #[test]
    fn a_small_status_stays_as_it_is() {
        let mut sent =
            headers(&Status::with_details(tonic::Code::NotFound, "Not here", vec![1, 2, 3].into()));
        let before = sent.clone();
        complete(&mut sent);
        assert_eq!(sent, before);
    }

    #[test]
    fn a_call_with_too_much_metadata_is_not_made() {
        let mut metadata = MetadataMap::new();
        metadata.insert("x", "q".repeat(1000).parse().unwrap());
        assert!(check(&metadata).is_ok());
        metadata.insert("y", "q".repeat(20_000).parse().unwrap());
        assert_eq!(status::to_error(&check(&metadata).unwrap_err()).reason, "METADATA_TOO_LARGE");
    }
}
