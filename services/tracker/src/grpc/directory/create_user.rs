use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::context::Context;
use crate::domain::access;
use crate::domain::user::{NewUser, User, UserAndMemberships, email_taken};
use crate::store::{invitations, users};

pub(super) async fn create_user(
    context: &Context,
    caller: &Caller,
    request: wire::CreateUserRequest,
) -> Result<wire::User> {
    access::internal(caller)?;
    let NewUser { name, email } = NewUser::read(&request.name, &request.email)?;

    let registered = User {
        id: context.db.allocate_ids("user", 1).await?,
        name,
        email,
        is_superuser: request.is_superuser,
        is_staff: request.is_staff,
        is_disabled: false,
        created_at: context.clock.now(),
    };
    let mut tx = context.db.begin().await?;
    if request.only_invited
        && invitations::count_to(&mut tx, &registered.email, registered.created_at).await? == 0
    {
        return Err(Error::forbidden("NOT_INVITED", "There is no invitation to this address."));
    }
    if !users::insert(&mut tx, &registered).await? {
        return Err(email_taken());
    }
    tx.commit().await?;
    Ok(user::to_wire(UserAndMemberships { user: registered, memberships: Vec::new() }))
}
