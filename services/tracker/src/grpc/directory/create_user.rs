use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::domain::access;
use crate::domain::user::{Member, NewUser, User, email_taken};
use crate::store::users;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.create_user", skip_all)]
pub(super) async fn create_user(
    tracker: &Tracker,
    caller: Caller,
    request: wire::CreateUserRequest,
) -> Result<wire::User> {
    access::internal(&caller)?;
    let NewUser { name, email } = NewUser::read(&request.name, &request.email)?;

    let id = tracker.db.allocate_ids("user", 1).await?;
    let (is_superuser, is_staff) = (request.is_superuser, request.is_staff);
    let registered = User { id, name, email, is_superuser, is_staff };
    if !users::insert(&tracker.db, &registered, tracker.clock.now()).await? {
        return Err(email_taken());
    }
    Ok(user::to_wire(Member { user: registered, memberships: Vec::new() }))
}
