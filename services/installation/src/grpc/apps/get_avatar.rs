use patchbay_domain::Error;
use patchbay_proto::installation as proto;
use uuid::Uuid;

use crate::registry::Registry;
use crate::store::avatars;

/// Pictures are for everybody: they stand in pages that are shown before anybody has signed in.
#[tracing::instrument(name = "installation.get_avatar", skip_all)]
pub(super) async fn get_avatar(
    registry: &Registry,
    request: proto::GetAvatarRequest,
) -> Result<proto::AvatarImage, Error> {
    let png = match request.uuid.parse::<Uuid>() {
        Ok(uuid) => avatars::png(&registry.db, uuid).await?,
        Err(_) => None,
    };
    let png = png.ok_or_else(|| Error::not_found("AVATAR_NOT_FOUND", "There is no such picture."))?;
    Ok(proto::AvatarImage { png })
}
