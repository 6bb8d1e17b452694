//! Which callers may read the request log of an app, and resend its webhooks.

use patchbay_domain::{Caller, Error, Result, Scope};

/// As in Sentry: all members of the owning organization, or only its managers once the app is public, because the log then holds
/// data of other organizations.
pub(crate) fn may_read_requests(caller: &Caller, owner_organization: i64, is_public: bool) -> Result<()> {
    let needed: &[Scope] = if is_public { &[Scope::OrgWrite, Scope::OrgAdmin] } else { &[Scope::OrgRead] };
    // An app must not read the log of another app, even with the scopes of the organization.
    let holds = caller.app().is_none() && caller.has_any(owner_organization, needed);
    let may = caller.is_internal() || caller.is_superuser() || holds;
    if may { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Managers of the organization that owns an app may resend its webhooks.
pub(crate) fn may_resend(caller: &Caller, owner_organization: i64) -> Result<()> {
    let manages =
        caller.app().is_none() && caller.has_any(owner_organization, &[Scope::OrgWrite, Scope::OrgAdmin]);
    let may = caller.is_internal() || caller.is_superuser() || manages;
    if may { Ok(()) } else { Err(Error::permission_denied()) }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::{Membership, Role, UserCaller};

    use super::*;

    fn user(organization_id: i64, role: Role) -> Caller {
        Caller::User(UserCaller {
            user_id: 1,
            name: "Jane".into(),
            email: "jane@example.com".into(),
            is_superuser: false,
            is_staff: false,
            memberships: vec![Membership { organization_id, organization_slug: "acme".into(), role }],
            token_scopes: None,
        })
    }

    #[test]
    fn members_read_their_own_apps_and_managers_published_ones() {
        let superuser = match user(9, Role::Member) {
            Caller::User(user) => Caller::User(UserCaller { is_superuser: true, ..user }),
            other => other,
        };
        let cases = [
            (user(7, Role::Member), false, true),
            (user(7, Role::Member), true, false),
            (user(7, Role::Admin), true, false),
            (user(7, Role::Manager), true, true),
            (user(7, Role::Owner), true, true),
            (user(8, Role::Owner), true, false),
            (user(8, Role::Owner), false, false),
            (superuser.clone(), true, true),
            (Caller::Service("gateway".into()), true, true),
            (Caller::Operator, true, true),
            (Caller::Anonymous, false, false),
        ];
        for (caller, may) in [
            (user(7, Role::Member), false),
            (user(7, Role::Admin), false),
            (user(7, Role::Manager), true),
            (user(8, Role::Owner), false),
            (superuser.clone(), true),
            (Caller::Operator, true),
            (Caller::Anonymous, false),
        ] {
            assert_eq!(may_resend(&caller, 7).is_ok(), may, "{caller:?}");
        }
        for (caller, is_public, expected) in cases {
            assert_eq!(may_read_requests(&caller, 7, is_public).is_ok(), expected, "{caller:?} {is_public}");
        }
    }
}
