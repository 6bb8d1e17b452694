//! Who may do what.

use patchbay_domain::{Caller, Error, Result, Scope};

const READ: &[Scope] = &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations];
const WRITE: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations];
const DELETE: &[Scope] = &[Scope::OrgAdmin, Scope::OrgIntegrations];
const LINK: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin];

fn require(caller: &Caller, organization_id: i64, scopes: &[Scope]) -> Result<()> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        caller if caller.has_any(organization_id, scopes) => Ok(()),
        _ => Err(Error::permission_denied()),
    }
}

/// Read integrations.
pub(crate) fn may_read(caller: &Caller, organization_id: i64) -> Result<()> {
    require(caller, organization_id, READ)
}

/// Set integrations up and change their settings.
pub(crate) fn may_write(caller: &Caller, organization_id: i64) -> Result<()> {
    require(caller, organization_id, WRITE)
}

/// Remove integrations.
pub(crate) fn may_delete(caller: &Caller, organization_id: i64) -> Result<()> {
    require(caller, organization_id, DELETE)
}

/// Link issues, and end links.
pub(crate) fn may_link(caller: &Caller, organization_id: i64) -> Result<()> {
    require(caller, organization_id, LINK)
}

/// A setup belongs to a user.
pub(crate) fn user_id(caller: &Caller) -> Result<i64> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        caller => caller.user().map(|user| user.user_id).ok_or_else(Error::permission_denied),
    }
}

/// See which keys encrypt credentials.
pub(crate) fn may_see_keys(caller: &Caller) -> Result<()> {
    if caller.is_internal() { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Hand on webhooks of trackers.
pub(crate) fn may_receive(caller: &Caller) -> Result<()> {
    if caller.is_internal() { Ok(()) } else { Err(Error::permission_denied()) }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::{Membership, Role, UserCaller};

    use super::*;

    fn user(role: Role) -> Caller {
        let membership = Membership { organization_id: 7, organization_slug: "acme".to_owned(), role };
        Caller::User(UserCaller {
            user_id: 5,
            name: "Ada".to_owned(),
            email: "ada@example.org".to_owned(),
            is_superuser: false,
            is_staff: false,
            memberships: vec![membership],
            token_scopes: None,
        })
    }

    #[test]
    fn members_read_and_link_and_managers_set_up_and_remove() {
        let (member, manager) = (user(Role::Member), user(Role::Manager));
        assert!(may_read(&member, 7).is_ok() && may_link(&member, 7).is_ok());
        assert!(may_write(&member, 7).is_err() && may_delete(&member, 7).is_err());
        assert!(may_write(&manager, 7).is_ok() && may_delete(&manager, 7).is_ok());
        assert!(may_read(&manager, 8).is_err(), "another organization");
    }

    #[test]
    fn a_setup_belongs_to_a_user_and_webhooks_to_services() {
        assert_eq!(user_id(&user(Role::Owner)), Ok(5));
        assert_eq!(user_id(&Caller::Anonymous), Err(Error::no_credentials()));
        assert!(user_id(&Caller::Operator).is_err());
        assert!(may_receive(&user(Role::Owner)).is_err());
        assert!(may_receive(&Caller::Service("gateway".to_owned())).is_ok());
    }
}
