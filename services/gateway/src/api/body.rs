//! A JSON object as the body of a request.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use patchbay_domain::Error;
use serde_json::{Map, Value};

use crate::api::error::Failure;
use crate::api::fields::{Fields, kind};

/// The largest body that is read.
pub(crate) const MAX_BODY_BYTES: usize = 1024 * 1024;

/// An empty body, or an object without keys. Other bodies are refused: the caller would believe that they have an effect.
pub(crate) struct EmptyBody;

impl<S: Send + Sync> FromRequest<S> for EmptyBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let JsonBody(mut fields) = JsonBody::from_request(request, state).await?;
        fields.refuse_others(&[], &[]);
        fields.finish()?;
        Ok(Self)
    }
}

/// The fields of a request's body; none for an empty body.
pub(crate) struct JsonBody(pub(crate) Fields);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = read(body).await?;
        if bytes.is_empty() {
            return Ok(Self(Fields::new(Map::new())));
        }
        check_type(&parts.headers)?;
        Ok(Self(Fields::new(object(&bytes)?)))
    }
}

pub(super) async fn read(body: Body) -> Result<Bytes, Failure> {
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Error::too_large("BODY_TOO_LARGE", "The request body is too large.").into())
        }
        // The connection broke; usually the client is gone and never sees this answer.
        Err(_) => Err(Error::invalid("BODY_CUT_OFF", "The request body could not be read.").into()),
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Failure> {
    let essence = media_type(headers);
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    Err(unsupported(headers))
}

/// The media type of a body, in lower case and without parameters; empty if it is not given.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    content_type(headers).split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// 415, for a body of another media type.
pub(super) fn unsupported(headers: &HeaderMap) -> Failure {
    let detail = format!("Unsupported media type \"{}\" in request.", content_type(headers));
    Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", &detail)
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(Error::field(
            "non_field_errors",
            format!("Invalid data. Expected a dictionary, but got {}.", kind(&other)),
        )),
        Err(error) => Err(Error::invalid("MALFORMED_JSON", format!("JSON parse error - {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &[u8]) -> Error {
        object(body).unwrap_err()
    }

    #[test]
    fn malformed_json_is_refused() {
        let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
        let bodies: [&[u8]; 8] =
            [b"{", b"{'a':1}", b"\xff", b"{\"a\":\"\xff\"}", br#""\ud800""#, b"1e999", b"{} {}", &deep];
        for body in bodies {
            let refused = refused(body);
            assert!(refused.message.starts_with("JSON parse error - "), "{refused}");
        }
    }

    #[test]
    fn a_body_that_is_not_an_object_is_refused_with_its_type() {
        for (body, name) in [("null", "NoneType"), ("[1]", "list"), ("\"x\"", "str"), ("1.5", "float")] {
            let message = format!("Invalid data. Expected a dictionary, but got {name}.");
            assert_eq!(refused(body.as_bytes()).fields[0].messages, [message]);
        }
    }

    #[test]
    fn the_last_of_several_equal_keys_counts() {
        assert_eq!(object(br#"{"a":1,"b":2,"a":3}"#).unwrap()["a"], 3);
    }

    #[tokio::test]
    async fn a_call_without_a_body_takes_an_empty_object_and_no_keys() {
        let read = async |body: &'static str| {
            let request =
                Request::builder().header("content-type", "application/json").body(Body::from(body));
            EmptyBody::from_request(request.unwrap(), &()).await.is_ok()
        };
        assert!(read("").await && read("{}").await);
        assert!(!read(r#"{"expires":"2027-01-01"}"#).await && !read("[]").await && !read("x").await);
    }

    #[test]
    fn only_json_is_read() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(value));
            check_type(&headers).is_ok()
        };
        assert!(with("application/json") && with("Application/JSON; charset=utf-8"));
        assert!(with("application/merge-patch+json"));
        assert!(!with("text/plain") && !with("application/x-www-form-urlencoded") && !with(""));
        assert!(check_type(&HeaderMap::new()).is_err());
    }
}
