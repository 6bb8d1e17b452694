use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use patchbay_domain::Caller;
use patchbay_proto::installation::GetAvatarRequest;
use patchbay_rpc::request_as;

use crate::api::access::ANYONE;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_avatar_image", "/sentry-app-avatar/{avatar}/", get_avatar_image)
        .does("Read a picture of an app")
        .by(ANYONE)
        .answers_as(200, "image/png")
        .refuses(404)
        .refuses(503)
}

/// The picture, which never changes under its address.
async fn get_avatar_image(State(context): State<Context>, params: Params) -> Result<impl IntoResponse> {
    let request = request_as(&Caller::Anonymous, GetAvatarRequest { uuid: params.avatar()? });
    let image = context.services.apps().get_avatar(request).await.answer()?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // Opened on its own, the picture must not run anything.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, image.png))
}
