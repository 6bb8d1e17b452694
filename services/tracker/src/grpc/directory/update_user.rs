use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::context::Context;
use crate::domain::access;
use crate::domain::user::{Changes, email_taken, not_found};
use crate::store::users;

pub(super) async fn update_user(
    context: &Context,
    caller: &Caller,
    request: wire::UpdateUserRequest,
) -> Result<wire::User> {
    access::internal(caller)?;
    let found = users::find(&context.db, request.id).await?.ok_or_else(not_found)?;
    let changes = Changes {
        name: request.name,
        email: request.email,
        is_superuser: request.is_superuser,
        is_staff: request.is_staff,
        is_disabled: request.is_disabled,
    };
    let changed = changes.apply(found.clone())?;
    if changed != found {
        let mut tx = context.db.begin().await?;
        if !users::update(&mut tx, &changed).await? {
            return Err(email_taken());
        }
        tx.commit().await?;
    }
    Ok(user::to_wire(user::with_memberships(&context.db, changed).await?))
}
