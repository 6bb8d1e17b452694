use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_domain::shortened;
use patchbay_proto::installation::{AvatarPhoto, SetAvatarRequest};
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, flag, request_body, required_text, text_or_blank};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::app::AppJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

const AVATAR_TYPES: &[&str] = &["upload", "default"];

request_body! {
    /// A picture of an app.
    NewAvatar {
        avatar_type: String = custom("avatar_type", Kind::Text, avatar_type).required().choice(AVATAR_TYPES),
        png: Vec<u8> = custom("avatar_photo", Kind::NullableText, png),
        is_logo: bool = flag("color"),
    }
}

pub(super) fn operation() -> Operation {
    put("set_app_avatar", "/api/0/sentry-apps/{app}/avatar/", set_app_avatar)
        .does("Set the logo or the icon of an app")
        .by(one_of(WRITERS).and_staff())
        .takes_only::<NewAvatar>()
        .answers::<AppJson>(200)
}

/// Sets the logo (`color: true`) or the icon.
async fn set_app_avatar(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<AppJson>> {
    let request = request_as(&caller, read(params.app()?, fields)?);
    let answer = context.services.apps().set_avatar(request).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, context.config.base_url())))
}

fn read(app: String, mut fields: Fields) -> patchbay_domain::Result<SetAvatarRequest> {
    let NewAvatar { avatar_type, png, is_logo } = NewAvatar::read_from(&mut fields);
    // The keys of the picture in the JSON of an app. Sentry's form sends them too.
    fields.refuse_others(NewAvatar::FIELDS, &["avatarType", "avatarUuid", "avatarUrl", "photoType"]);
    fields.finish()?;
    let photo = if is_logo { AvatarPhoto::Logo } else { AvatarPhoto::Icon };
    Ok(SetAvatarRequest { app, photo: photo.into(), png, is_uploaded: avatar_type == "upload" })
}

fn avatar_type(fields: &mut Fields, name: &'static str) -> String {
    let avatar_type = required_text(name).read(fields);
    if !avatar_type.is_empty() && !AVATAR_TYPES.contains(&avatar_type.as_str()) {
        fields.problem(name, format!("\"{}\" is not a valid choice.", shortened(&avatar_type)));
    }
    avatar_type
}

/// The picture, which is sent as base64.
fn png(fields: &mut Fields, name: &'static str) -> Vec<u8> {
    let photo = text_or_blank(name).read(fields).unwrap_or_default();
    STANDARD.decode(photo).unwrap_or_else(|_| {
        fields.problem(name, "Not valid base64.");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read_json(body: Value) -> Result<SetAvatarRequest, Vec<String>> {
        let Value::Object(object) = body else { panic!("an object is needed") };
        read("hooks".into(), Fields::new(object))
            .map_err(|error| error.fields.into_iter().map(|field| field.field).collect())
    }

    #[test]
    fn a_picture_comes_as_base64() {
        let request =
            read_json(json!({ "avatar_type": "upload", "avatar_photo": "UE5H", "color": true })).unwrap();
        assert_eq!((request.png.as_slice(), request.photo()), (&b"PNG"[..], AvatarPhoto::Logo));
        assert!(request.is_uploaded);
        let request = read_json(json!({ "avatar_type": "default" })).unwrap();
        assert_eq!((request.is_uploaded, request.photo()), (false, AvatarPhoto::Icon));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(read_json(json!({})).unwrap_err(), ["avatar_type"]);
        let unknown = json!({ "avatar_type": "default", "photoType": "logo", "colour": true });
        assert_eq!(read_json(unknown).unwrap_err(), ["colour"]);
        let body = json!({ "avatar_type": "gravatar", "avatar_photo": "!", "color": "maybe" });
        assert_eq!(read_json(body).unwrap_err(), ["avatar_type", "avatar_photo", "color"]);
    }
}
