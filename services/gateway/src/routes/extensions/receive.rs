use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::issue_sync::{Header, ReceiveRequest};
use patchbay_rpc::request;

use crate::api::error::{Failure, Result};
use crate::api::operation::Operation;
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// Bytes of a webhook.
const MAX_BODY: usize = 2 * 1024 * 1024;

pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Receive a webhook of a tracker")
        .counts_refusals()
        .answers_nothing(200)
        .answers_nothing(204)
        .refuses(404)
        .refuses(405)
        .refuses(409)
}

/// Hands the raw body to the provider, and answers what the provider says.
pub(super) async fn receive(State(context): State<Context>, webhook: Request) -> Result<Response> {
    let (parts, body) = webhook.into_parts();
    // Tokens may have characters that are in no name, so the path is read as it is.
    let path = parts.uri.path().trim_matches('/');
    let path = path.strip_prefix("extensions/").unwrap_or_default();
    let (provider, rest) = path.split_once('/').unwrap_or((path, ""));
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some(Header { name: name.as_str().to_owned(), value: text(value)? }));
    let message = ReceiveRequest {
        provider: provider.to_owned(),
        path: rest.to_owned(),
        method: parts.method.as_str().to_owned(),
        headers: headers.collect(),
        body: read(body).await?,
    };
    let answer = context.services.inbound().receive(request(message)).await.answer();
    let answer = match answer {
        // The name of the provider is not repeated: anybody can have written it.
        Err(error) if error.kind == ErrorKind::NotFound => {
            let (status, detail) = (StatusCode::NOT_FOUND, "There is no such provider.");
            return Err(Failure::new(status, "PROVIDER_NOT_FOUND", detail));
        }
        answer => answer?,
    };
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match HeaderValue::try_from(answer.content_type) {
        Ok(kind) if !answer.body.is_empty() => {
            Ok((status, [(header::CONTENT_TYPE, kind)], answer.body).into_response())
        }
        _ => Ok(status.into_response()),
    }
}

async fn read(body: axum::body::Body) -> Result<Vec<u8>> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Error::too_large("BODY_TOO_LARGE", "The request body is too large.").into())
        }
        // The connection broke; usually the client is gone and never sees this answer.
        Err(_) => Err(Error::invalid("BODY_CUT_OFF", "The request body could not be read.").into()),
    }
}
