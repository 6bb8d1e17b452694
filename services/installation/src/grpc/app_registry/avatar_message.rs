use patchbay_proto::installation as proto;

use crate::domain::app::avatar::Avatar;
use crate::domain::app::avatar::Photo;

pub(super) fn avatar_messages(avatars: Vec<Avatar>) -> Vec<proto::Avatar> {
    let message = |avatar: Avatar| proto::Avatar {
        uuid: avatar.uuid.to_string(),
        photo: match avatar.photo {
            Photo::Logo => proto::AvatarPhoto::Logo,
            Photo::Icon => proto::AvatarPhoto::Icon,
        }
        .into(),
        is_uploaded: avatar.is_uploaded,
    };
    avatars.into_iter().map(message).collect()
}

/// `None` for an unknown kind of picture.
pub(super) fn photo_of(message: i32) -> Option<Photo> {
    match proto::AvatarPhoto::try_from(message).ok()? {
        proto::AvatarPhoto::Unspecified => None,
        proto::AvatarPhoto::Logo => Some(Photo::Logo),
        proto::AvatarPhoto::Icon => Some(Photo::Icon),
    }
}
