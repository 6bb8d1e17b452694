use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::avatar_message::photo_of;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::AppStatus;
use crate::domain::app::access;
use crate::domain::app::access::app_not_found;
use crate::domain::app::avatar;
use crate::domain::app::removal::partnership_restricted;
use crate::store::{apps, avatars};

pub(super) async fn set_avatar(
    context: &Context,
    caller: &Caller,
    request: proto::SetAvatarRequest,
) -> Result<proto::App, Error> {
    let found = find_app(context, caller, &request.app).await?;
    access::may_edit(caller, found.owner.id, found.status)?;
    let photo = photo_of(request.photo).ok_or_else(|| Error::field("color", "This field is required."))?;
    let is_new = !request.png.is_empty();
    if request.is_uploaded && is_new {
        avatar::check(&request.png)?;
    }

    let mut tx = context.db.begin().await?;
    let app = apps::get(&mut tx, found.id).await?.filter(|app| app.status != AppStatus::DeletionInProgress);
    let app = app.ok_or_else(app_not_found)?;
    if app.is_partnership_restricted() {
        return Err(partnership_restricted());
    }
    if !request.is_uploaded {
        avatars::set(&mut tx, app.id, photo, context.random.uuid(), None).await?;
    } else if is_new {
        avatars::set(&mut tx, app.id, photo, context.random.uuid(), Some(&request.png)).await?;
    } else if !avatars::is_uploaded(&mut tx, app.id, photo).await? {
        let message = "Cannot set avatar_type to upload without avatar_photo";
        return Err(Error::field("avatar_type", message));
    }
    tx.commit().await?;
    app_message(context, caller, app).await
}
