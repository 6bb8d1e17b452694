//! The form of a page as the body of a request.

use axum::extract::{FromRequest, Request};
use url::form_urlencoded;

use crate::api::body::{media_type, read, unsupported};
use crate::api::error::Failure;

/// Names and values in their order; none for an empty body.
pub(crate) struct FormBody(pub(crate) Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = read(body).await?;
        if !bytes.is_empty() && media_type(&parts.headers) != "application/x-www-form-urlencoded" {
            return Err(unsupported(&parts.headers));
        }
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}
