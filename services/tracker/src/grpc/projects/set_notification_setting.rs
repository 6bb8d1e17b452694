use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;
use crate::domain::project::not_found;
use crate::domain::user;
use crate::store::{notification_settings, projects, users};

const KINDS: [&str; 3] = ["alerts", "workflow", "deploy"];
const VALUES: [&str; 4] = ["always", "never", "subscribe_only", "default"];

pub(super) async fn set_notification_setting(
    context: &Context,
    caller: &Caller,
    request: wire::NotificationSetting,
) -> Result<wire::NotificationSetting> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&context.db, caller, named, access::READ_PROJECTS).await?;
    let is_self = caller.user().is_some_and(|user| user.user_id == request.user_id);
    if !is_self && !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    users::find(&context.db, request.user_id).await?.ok_or_else(user::not_found)?;
    for (field, given, known) in [("kind", &request.kind, &KINDS[..]), ("value", &request.value, &VALUES[..])]
    {
        if !known.contains(&given.as_str()) {
            return Err(Error::field(field, format!("Must be one of {}.", known.join(", "))));
        }
    }
    let value = (request.value != "default").then_some(request.value.as_str());
    let mut tx = context.db.begin().await?;
    if !projects::lock(&mut tx, found.id).await? {
        return Err(not_found());
    }
    notification_settings::set(&mut tx, found.id, request.user_id, &request.kind, value).await?;
    tx.commit().await?;
    Ok(request)
}
