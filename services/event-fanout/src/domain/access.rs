//! Which callers may read explanations and backfills.

use patchbay_domain::{Caller, Scope};
use uuid::Uuid;

/// The part of an event's decisions that a caller may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The decisions about all installations.
    All,
    /// The decision about one installation.
    Installation(Uuid),
}

/// Managers and owners of the organization see all, because only they hold one of these scopes. An app sees its own installation.
pub(crate) fn sight(caller: &Caller, organization_id: i64) -> Option<Sight> {
    match caller {
        Caller::App(app) => {
            (app.organization_id == organization_id).then_some(Sight::Installation(app.installation_id))
        }
        _ => caller.has_any(organization_id, &[Scope::OrgWrite, Scope::OrgAdmin]).then_some(Sight::All),
    }
}

/// Whether the caller may fetch the webhooks of an installation.
pub(crate) fn may_backfill(caller: &Caller, organization_id: i64, installation_id: Uuid) -> bool {
    match caller {
        Caller::App(app) => app.installation_id == installation_id,
        _ => caller.has_any(organization_id, &[Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin]),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::caller::{Membership, UserCaller};
    use patchbay_domain::{AppCaller, Role, ScopeSet};

    use super::*;

    const OWN: Uuid = Uuid::from_u128(1);

    fn user(role: Role) -> Caller {
        Caller::User(UserCaller {
            user_id: 1,
            name: "Jane".into(),
            email: "jane@example.com".into(),
            is_superuser: false,
            is_staff: false,
            memberships: vec![Membership { organization_id: 7, organization_slug: "acme".into(), role }],
            token_scopes: None,
        })
    }

    #[test]
    fn managers_see_all_of_their_organization_and_an_app_its_own_part() {
        let scopes = ScopeSet::of(&[Scope::OrgAdmin]);
        let app = Caller::App(AppCaller { app_id: 1, installation_id: OWN, organization_id: 7, scopes });
        let cases = [
            (Caller::Operator, 7, Some(Sight::All), true),
            (user(Role::Owner), 7, Some(Sight::All), true),
            (user(Role::Manager), 7, Some(Sight::All), true),
            (user(Role::Member), 7, None, false),
            (user(Role::Owner), 8, None, false),
            (app, 7, Some(Sight::Installation(OWN)), true),
            (Caller::Anonymous, 7, None, false),
        ];
        for (caller, organization, seen, may) in cases {
            assert_eq!(sight(&caller, organization), seen, "{caller:?}");
            assert_eq!(may_backfill(&caller, organization, OWN), may, "{caller:?}");
        }
        let scopes = ScopeSet::of(&[Scope::OrgAdmin]);
        let other = AppCaller { app_id: 1, installation_id: Uuid::nil(), organization_id: 7, scopes };
        assert!(!may_backfill(&Caller::App(other), 7, OWN), "whatever its scopes");
    }
}
