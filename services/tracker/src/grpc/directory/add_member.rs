use patchbay_audit::Entry;
use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::context::Context;
use crate::domain::access;
use crate::domain::organization;
use crate::domain::organization::member_change;
use crate::domain::user::{Member, NewUser, User, read_role};
use crate::grpc::named;
use crate::store::{invitations, memberships, users};

/// Only for services and operators; users invite instead. An unknown person is registered, and can sign in with that
/// e-mail address.
pub(super) async fn add_member(
    context: &Context,
    caller: &Caller,
    request: wire::AddMemberRequest,
) -> Result<wire::Member> {
    access::internal(caller)?;
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    let role = read_role(&request.role)?;
    let name = match request.name.trim() {
        "" => member_change::name_from_email(request.email.trim()),
        name => name,
    };
    let new = NewUser::read(name, &request.email)?;

    let now = context.clock.now();
    let person = User {
        id: context.db.allocate_ids("user", 1).await?,
        name: new.name,
        email: new.email,
        is_superuser: false,
        is_staff: false,
        is_disabled: false,
        created_at: now,
    };
    let mut tx = context.db.begin().await?;
    memberships::lock(&mut tx, organization.id).await?;
    let user = known_or_registered(&mut tx, person).await?;
    if memberships::role(&mut tx, organization.id, user.id).await?.is_some() {
        return Err(already_a_member(&user.email));
    }
    memberships::set(&mut tx, organization.id, user.id, role, now).await?;
    invitations::delete_to(&mut tx, organization.id, &user.email).await?;
    let entry = Entry::new(AuditEvent::MemberAdd, organization.id, caller, now)
        .target("member", user.id, &user.email)
        .detail("role", role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(user::member_to_wire(Member { user, role, joined_at: now }))
}

async fn known_or_registered(tx: &mut Tx, person: User) -> Result<User> {
    if users::insert(tx, &person).await? {
        return Ok(person);
    }
    let known = users::find_by_email_in(tx, &person.email).await?;
    // Users are never deleted, so the user exists.
    known.ok_or_else(|| Error::internal("USER_VANISHED", "The user does not exist any more."))
}

pub(super) fn already_a_member(email: &str) -> Error {
    Error::invalid("ALREADY_A_MEMBER", "The user is a member already.")
        .with_field("email", format!("The user {email} is already a member"))
}
