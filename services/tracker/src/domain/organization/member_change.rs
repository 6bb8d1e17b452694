//! Rules for changing roles in an organization.

use patchbay_domain::{Caller, Error, Result, Role};

/// The highest role that the caller may give or take: their own role. `None` for callers above all roles.
fn reach(caller: &Caller, organization_id: i64) -> Option<Role> {
    match caller {
        Caller::User(user) if !caller.is_superuser() => {
            Some(user.membership(organization_id).map_or(Role::Member, |membership| membership.role))
        }
        _ => None,
    }
}

/// Whether the caller may give `role` to a member.
///
/// # Errors
/// `ROLE_TOO_HIGH`.
pub(crate) fn may_give(caller: &Caller, organization_id: i64, role: Role) -> Result<()> {
    match reach(caller, organization_id) {
        Some(own) if role > own => {
            Err(Error::forbidden("ROLE_TOO_HIGH", "You do not have permission to set that role."))
        }
        _ => Ok(()),
    }
}

/// Whether the caller may take `role` from a member. The organization has `owners` owners.
///
/// # Errors
/// `ROLE_TOO_HIGH`, `LAST_OWNER`.
pub(crate) fn may_take(caller: &Caller, organization_id: i64, role: Role, owners: i64) -> Result<()> {
    match reach(caller, organization_id) {
        Some(own) if role > own => {
            Err(Error::forbidden("ROLE_TOO_HIGH", "You cannot remove a member who has more access than you."))
        }
        _ => keeps_an_owner(role, owners),
    }
}

/// Whether the caller may withdraw an invitation to `role`.
///
/// # Errors
/// `ROLE_TOO_HIGH`.
pub(crate) fn may_withdraw(caller: &Caller, organization_id: i64, role: Role) -> Result<()> {
    // An invitation is never the last owner.
    may_take(caller, organization_id, role, i64::MAX)
}

/// Whether a user who belongs to `joined` organizations may join or create one more.
///
/// # Errors
/// `TOO_MANY_ORGANIZATIONS`.
pub(crate) fn may_join(joined: i64, most: u32) -> Result<()> {
    if joined < i64::from(most) {
        return Ok(());
    }
    let message = format!("You belong to {joined} organizations. The maximum is {most}.");
    Err(Error::invalid("TOO_MANY_ORGANIZATIONS", message))
}

/// Whether a member with `role` may leave. The organization has `owners` owners.
///
/// # Errors
/// `LAST_OWNER`.
pub(crate) fn keeps_an_owner(role: Role, owners: i64) -> Result<()> {
    if role == Role::Owner && owners <= 1 {
        return Err(Error::forbidden(
            "LAST_OWNER",
            "You cannot remove the only remaining owner of the organization.",
        ));
    }
    Ok(())
}

/// The name of a user of whom only the e-mail address is known.
pub(crate) fn name_from_email(email: &str) -> &str {
    email.split('@').next().unwrap_or(email)
}

#[cfg(test)]
mod tests {
    use patchbay_domain::{Membership, UserCaller};

    use super::*;

    fn user(role: Role, is_superuser: bool) -> Caller {
        Caller::User(UserCaller {
            user_id: 1,
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            is_superuser,
            is_staff: false,
            memberships: vec![Membership { organization_id: 7, organization_slug: "acme".to_owned(), role }],
            token_scopes: None,
        })
    }

    fn outcome(result: Result<()>) -> String {
        result.err().map_or_else(|| "OK".to_owned(), |error| error.reason.into_owned())
    }

    #[test]
    fn a_role_above_the_own_cannot_be_given() {
        for (caller, role, expected) in [
            (user(Role::Manager, false), Role::Owner, "ROLE_TOO_HIGH"),
            (user(Role::Manager, false), Role::Manager, "OK"),
            (user(Role::Owner, false), Role::Owner, "OK"),
            (user(Role::Member, true), Role::Owner, "OK"),
            (Caller::Operator, Role::Owner, "OK"),
            (Caller::Service("console".to_owned()), Role::Owner, "OK"),
        ] {
            assert_eq!(outcome(may_give(&caller, 7, role)), expected, "{caller:?} {role}");
        }
        assert_eq!(outcome(may_give(&user(Role::Owner, false), 8, Role::Admin)), "ROLE_TOO_HIGH");
    }

    #[test]
    fn the_number_of_organizations_of_a_user_is_bounded() {
        assert!(may_join(99, 100).is_ok());
        for joined in [100, 440] {
            assert_eq!(outcome(may_join(joined, 100)), "TOO_MANY_ORGANIZATIONS");
        }
    }

    #[test]
    fn a_role_above_the_own_or_of_the_last_owner_cannot_be_taken() {
        for (caller, role, owners, expected) in [
            (user(Role::Manager, false), Role::Owner, 2, "ROLE_TOO_HIGH"),
            (user(Role::Manager, false), Role::Member, 1, "OK"),
            (user(Role::Owner, false), Role::Owner, 2, "OK"),
            (user(Role::Owner, false), Role::Owner, 1, "LAST_OWNER"),
            (user(Role::Member, true), Role::Owner, 1, "LAST_OWNER"),
            (Caller::Operator, Role::Owner, 1, "LAST_OWNER"),
        ] {
            assert_eq!(outcome(may_take(&caller, 7, role, owners)), expected, "{caller:?} {role}");
        }
    }
}
