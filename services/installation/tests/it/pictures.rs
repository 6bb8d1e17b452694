//! Logos and icons of apps.

use patchbay_domain::Caller;
use patchbay_proto::installation::{App, AvatarPhoto, GetAvatarRequest, SetAvatarRequest};
use patchbay_rpc::request_as;
use tonic::{Response, Status};

use crate::service::{Service, each, public, reason, refusal};

fn picture(side: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![9; (side * side * 3) as usize]).unwrap();
    writer.finish().unwrap();
    out
}

async fn set(
    service: &Service,
    app: &App,
    photo: AvatarPhoto,
    png: Option<Vec<u8>>,
) -> Result<Response<App>, Status> {
    let (is_uploaded, png) = (png.is_some(), png.unwrap_or_default());
    let message = SetAvatarRequest { app: app.slug.clone(), photo: photo.into(), png, is_uploaded };
    service.apps.clone().set_avatar(request_as(&service.manager(), message)).await
}

#[tokio::test]
async fn a_picture_is_stored_and_given_to_everybody() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let error = refusal(set(&service, &app, AvatarPhoto::Logo, Some(vec![])).await);
        assert_eq!(error.fields[0].messages, ["Cannot set avatar_type to upload without avatar_photo"]);

        set(&service, &app, AvatarPhoto::Icon, Some(picture(256))).await.unwrap();
        let changed = set(&service, &app, AvatarPhoto::Logo, Some(picture(512))).await.unwrap().into_inner();
        let photos: Vec<_> =
            changed.avatars.iter().map(|avatar| (avatar.photo(), avatar.is_uploaded)).collect();
        assert_eq!(photos, [(AvatarPhoto::Logo, true), (AvatarPhoto::Icon, true)]);
        let get = async |uuid: &str| {
            let message = GetAvatarRequest { uuid: uuid.to_owned() };
            service.apps.clone().get_avatar(request_as(&Caller::Anonymous, message)).await
        };
        let uuid = changed.avatars[0].uuid.clone();
        assert_eq!(get(&uuid).await.unwrap().into_inner().png, picture(512));

        let kept = set(&service, &app, AvatarPhoto::Logo, Some(vec![])).await.unwrap().into_inner();
        assert_eq!(kept.avatars, changed.avatars, "there is a picture, and it stays");
        let without = set(&service, &app, AvatarPhoto::Logo, None).await.unwrap().into_inner();
        assert!(!without.avatars[0].is_uploaded);
        for odd in [uuid.as_str(), &without.avatars[0].uuid, "nothing"] {
            assert_eq!(reason(get(odd).await), "AVATAR_NOT_FOUND");
        }
        let error = refusal(set(&service, &app, AvatarPhoto::Logo, Some(picture(64))).await);
        assert!(error.fields[0].messages[0].starts_with("Invalid image dimensions."));
        assert_eq!(
            reason(set(&service, &app, AvatarPhoto::Logo, Some(vec![0; 600_000])).await),
            "AVATAR_TOO_LARGE"
        );
    })
    .await;
}
