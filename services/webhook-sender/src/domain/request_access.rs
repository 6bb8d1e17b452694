//! Who may read what was sent to an app.

use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::installation::AppStatus;

/// Sentry's rule: everybody in the owning organization while the app is its own affair; once it is published,
/// and other organizations' data is in the log, only those who manage the organization.
pub(crate) fn may_read_requests(caller: &Caller, owner_organization: i64, status: AppStatus) -> Result<()> {
    let needed: &[Scope] = match status {
        AppStatus::Internal | AppStatus::Unpublished | AppStatus::PublishRequestInprogress => {
            &[Scope::OrgRead]
        }
        _ => &[Scope::OrgWrite, Scope::OrgAdmin],
    };
    // The log of one app is no business of another one, whatever it may read in the organization.
    let holds = caller.app().is_none() && caller.has_any(owner_organization, needed);
    let may = caller.is_internal() || caller.is_superuser() || holds;
    if may { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Who manages the organization that owns an app may have its webhooks sent again.
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
        use AppStatus::{Internal, PublishRequestInprogress, Published, Unpublished};
        let superuser = match user(9, Role::Member) {
            Caller::User(user) => Caller::User(UserCaller { is_superuser: true, ..user }),
            other => other,
        };
        let cases = [
            (user(7, Role::Member), Internal, true),
            (user(7, Role::Member), Unpublished, true),
            (user(7, Role::Member), PublishRequestInprogress, true),
            (user(7, Role::Member), Published, false),
            (user(7, Role::Admin), Published, false),
            (user(7, Role::Manager), Published, true),
            (user(7, Role::Owner), Published, true),
            (user(8, Role::Owner), Published, false),
            (user(8, Role::Owner), Internal, false),
            (superuser.clone(), Published, true),
            (Caller::Service("gateway".into()), Published, true),
            (Caller::Operator, Published, true),
            (Caller::Anonymous, Internal, false),
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
        for (caller, status, expected) in cases {
            assert_eq!(may_read_requests(&caller, 7, status).is_ok(), expected, "{caller:?} {status:?}");
        }
    }
}
