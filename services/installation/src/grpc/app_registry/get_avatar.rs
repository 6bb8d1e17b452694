use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use uuid::Uuid;

use crate::context::Context;
use crate::store::avatars;

/// Pictures are public, because pages show them before sign-in.
pub(super) async fn get_avatar(
    context: &Context,
    _: &Caller,
    request: proto::GetAvatarRequest,
) -> Result<proto::AvatarImage, Error> {
    let png = match request.uuid.parse::<Uuid>() {
        Ok(uuid) => avatars::png(&context.db, uuid).await?,
        Err(_) => None,
    };
    let png = png.ok_or_else(|| Error::not_found("AVATAR_NOT_FOUND", "There is no such picture."))?;
    Ok(proto::AvatarImage { png })
}
