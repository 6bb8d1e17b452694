//! Pictures of apps.

use patchbay_proto::installation::{Avatar, AvatarPhoto};
use serde::Serialize;
use utoipa::ToSchema;

/// A picture, or the letters of the app's name in its place.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Avatar)]
pub(crate) struct AvatarJson {
    avatar_type: &'static str,
    avatar_uuid: String,
    avatar_url: String,
    /// The logo is coloured, the icon is not.
    color: bool,
    photo_type: &'static str,
}

/// `base_url` is the public URL of this platform.
pub(crate) fn avatars(avatars: Vec<Avatar>, base_url: &str) -> Vec<AvatarJson> {
    let json = |avatar: Avatar| {
        let is_logo = avatar.photo() == AvatarPhoto::Logo;
        AvatarJson {
            avatar_type: if avatar.is_uploaded { "upload" } else { "default" },
            avatar_url: format!("{base_url}/sentry-app-avatar/{}/", avatar.uuid),
            avatar_uuid: avatar.uuid,
            color: is_logo,
            photo_type: if is_logo { "logo" } else { "icon" },
        }
    };
    avatars.into_iter().map(json).collect()
}
