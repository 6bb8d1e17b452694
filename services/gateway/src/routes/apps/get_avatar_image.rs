use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use patchbay_domain::Caller;
use patchbay_proto::installation::GetAvatarRequest;
use patchbay_rpc::request_as;

use crate::access::ANYONE;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_avatar_image", "/sentry-app-avatar/{avatar}/", get_avatar_image)
        .does("Read a picture of an app")
        .by(ANYONE)
        .answers_as(200, "image/png")
        .refuses(404)
        .refuses(503)
}

/// The picture, which never changes under its address.
async fn get_avatar_image(State(gateway): State<Gateway>, params: Params) -> Result<impl IntoResponse> {
    let request = request_as(&Caller::Anonymous, GetAvatarRequest { uuid: params.avatar()? });
    let image = gateway.services.apps().get_avatar(request).await.answer()?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // Shown on its own, it is a picture and nothing else.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, image.png))
}
