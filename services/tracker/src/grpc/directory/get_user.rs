use patchbay_domain::{Caller, EmailAddress, Result};
use patchbay_proto::tracker as wire;
use patchbay_proto::tracker::get_user_request::User as Requested;

use super::user;
use crate::context::Context;
use crate::domain::organization::directory_access;
use crate::domain::user::not_found;
use crate::store::users;

pub(super) async fn get_user(
    context: &Context,
    caller: &Caller,
    request: wire::GetUserRequest,
) -> Result<wire::User> {
    let requested_id = match request.user {
        Some(Requested::Id(id)) => Some(id),
        _ => None,
    };
    directory_access::read_user(caller, requested_id)?;
    let found = match request.user {
        Some(Requested::Id(id)) => users::find(&context.db, id).await?,
        Some(Requested::Email(address)) => match EmailAddress::parse(&address) {
            Ok(address) => users::find_by_email(&context.db, &address).await?,
            // A malformed e-mail address matches no user.
            Err(_) => None,
        },
        None => None,
    };
    let found = user::with_memberships(&context.db, found.ok_or_else(not_found)?).await?;
    Ok(user::to_wire(found))
}
