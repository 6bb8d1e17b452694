//! Who may read and change organizations, users and members.

use patchbay_domain::{Caller, Error, Result, Scope, UserCaller};

use crate::domain::access::internal;

const READ_ORGANIZATION: &[Scope] =
    &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations];
const WRITE_ORGANIZATION: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];
const READ_MEMBERS: &[Scope] =
    &[Scope::MemberRead, Scope::MemberInvite, Scope::MemberWrite, Scope::MemberAdmin];
const INVITE_MEMBERS: &[Scope] = &[Scope::MemberInvite, Scope::MemberWrite, Scope::MemberAdmin];
const WRITE_MEMBERS: &[Scope] = &[Scope::MemberWrite, Scope::MemberAdmin];
const REMOVE_MEMBERS: &[Scope] = &[Scope::MemberAdmin];

/// The audit log is for managers and owners of the organization.
const READ_AUDIT_LOG: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

/// Users, services and operators may create organizations. One created by a service can have no owner.
pub(crate) fn create_organization(caller: &Caller) -> Result<()> {
    match caller {
        // A token without scopes of organizations creates none.
        Caller::User(user) if user.token_scopes.is_none_or(|held| held.contains_any(WRITE_ORGANIZATION)) => {
            Ok(())
        }
        caller => internal(caller),
    }
}

/// Permits users to answer their invitations. A token that cannot create organizations cannot join them, either.
pub(crate) fn answer_invitation(caller: &Caller) -> Result<&UserCaller> {
    match caller {
        Caller::User(user) if user.token_scopes.is_none_or(|held| held.contains_any(WRITE_ORGANIZATION)) => {
            Ok(user)
        }
        _ => Err(Error::permission_denied()),
    }
}

/// `user_id` 0 means all organizations.
pub(crate) fn list_organizations(caller: &Caller, user_id: i64) -> Result<()> {
    match caller {
        Caller::User(user) if user.user_id == user_id => {
            let may_read =
                user.token_scopes.is_none_or(|held| held.expanded().contains_any(READ_ORGANIZATION));
            if may_read { Ok(()) } else { Err(Error::permission_denied()) }
        }
        caller if caller.is_superuser() || caller.is_staff() => Ok(()),
        caller => internal(caller),
    }
}

pub(crate) fn read_organization(caller: &Caller, organization_id: i64) -> Result<()> {
    any_of(caller, organization_id, READ_ORGANIZATION)
}

/// Only superusers, services and operators change features, because the deployment grants them.
pub(crate) fn update_organization(
    caller: &Caller,
    organization_id: i64,
    changes_features: bool,
) -> Result<()> {
    any_of(caller, organization_id, WRITE_ORGANIZATION)?;
    if changes_features && !caller.is_superuser() { internal(caller) } else { Ok(()) }
}

/// Users may read themselves.
pub(crate) fn read_user(caller: &Caller, user_id: Option<i64>) -> Result<()> {
    match caller {
        Caller::User(user) if Some(user.user_id) == user_id => Ok(()),
        caller => internal(caller),
    }
}

pub(crate) fn read_members(caller: &Caller, organization_id: i64) -> Result<()> {
    any_of(caller, organization_id, READ_MEMBERS)
}

pub(crate) fn invite_member(caller: &Caller, organization_id: i64) -> Result<()> {
    people_with(caller, organization_id, INVITE_MEMBERS)
}

pub(crate) fn set_member(caller: &Caller, organization_id: i64) -> Result<()> {
    people_with(caller, organization_id, WRITE_MEMBERS)
}

/// Every member may leave.
pub(crate) fn remove_member(caller: &Caller, organization_id: i64, user_id: i64) -> Result<()> {
    match caller {
        Caller::User(user) if user.user_id == user_id => any_of(caller, organization_id, READ_MEMBERS),
        caller => people_with(caller, organization_id, REMOVE_MEMBERS),
    }
}

pub(crate) fn read_audit_log(caller: &Caller, organization_id: i64) -> Result<()> {
    people_with(caller, organization_id, READ_AUDIT_LOG)
}

fn any_of(caller: &Caller, organization_id: i64, scopes: &[Scope]) -> Result<()> {
    if caller.has_any(organization_id, scopes) { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Like [`any_of`], but refuses every app: apps must not change permissions or read the audit log.
fn people_with(caller: &Caller, organization_id: i64, scopes: &[Scope]) -> Result<()> {
    any_of(caller, organization_id, scopes)?;
    if caller.app().is_some() { Err(Error::permission_denied()) } else { Ok(()) }
}
