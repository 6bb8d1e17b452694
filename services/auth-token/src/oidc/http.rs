//! Sends the requests of `openidconnect` through the egress client, which connects to allowed addresses only.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, http};
use patchbay_egress::{Cause, Egress, EgressError, OutboundRequest, OutboundResponse, Timeouts};

/// A sign-in makes up to four requests while a user waits.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes of a response. Room for many keys and for long metadata.
const MAX_RESPONSE: usize = 512 * 1024;

/// Sends the request. A truncated response is an error.
pub(super) async fn send(egress: Egress, request: HttpRequest) -> Result<HttpResponse, EgressError> {
    let (parts, body) = request.into_parts();
    let mut outbound = OutboundRequest::new(parts.method, parts.uri.to_string())
        .timeouts(Timeouts::within(TIMEOUT))
        .max_response(MAX_RESPONSE);
    outbound.body = body.into();
    for (name, value) in &parts.headers {
        outbound = outbound.header(name.as_str(), value.to_str().unwrap_or_default());
    }
    let answer = egress.send(outbound).await?;
    if answer.truncated {
        return Err(unreadable(&answer, "the response is too large"));
    }
    let mut response = http::Response::new(answer.body.to_vec());
    *response.status_mut() = http::StatusCode::from_u16(answer.status)
        .map_err(|_| unreadable(&answer, "the status is invalid"))?;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

fn unreadable(answer: &OutboundResponse, why: &str) -> EgressError {
    let (status, elapsed) = (Some(answer.status), answer.elapsed);
    EgressError { cause: Cause::Protocol, message: why.to_owned(), status, elapsed }
}
