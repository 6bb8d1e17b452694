//! The caller of a request. The gateway identifies it; the service that owns a resource decides on its rights.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::role::Role;
use crate::scope::{Scope, ScopeSet};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// No credentials were given.
    Anonymous,
    /// A user, with a session or a personal token.
    User(UserCaller),
    /// An app, with a token of one of its installations.
    App(AppCaller),
    /// A Patchbay service or a service of the product, by the name it states.
    Service(String),
    /// The operator of this deployment, on its command line.
    Operator,
}

/// A user with their role in each organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCaller {
    pub user_id: i64,
    pub name: String,
    pub email: String,
    /// May act in every organization like an owner.
    pub is_superuser: bool,
    /// May read every organization and review apps.
    pub is_staff: bool,
    pub memberships: Vec<Membership>,
    /// The scopes of a personal token, which limit the user's own; `None` for a session.
    pub token_scopes: Option<ScopeSet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub organization_id: i64,
    pub organization_slug: String,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppCaller {
    pub app_id: i64,
    pub installation_id: Uuid,
    pub organization_id: i64,
    pub scopes: ScopeSet,
}

/// The scopes of staff in organizations they do not belong to: read access. Where Sentry permits more, the service that owns
/// the resource does so.
const STAFF: ScopeSet = ScopeSet::of(&[
    Scope::OrgRead,
    Scope::MemberRead,
    Scope::TeamRead,
    Scope::ProjectRead,
    Scope::EventRead,
    Scope::AlertsRead,
]);

impl Caller {
    /// The caller's scopes in this organization; `None` when they have no access to it.
    pub fn scopes_in(&self, organization_id: i64) -> Option<ScopeSet> {
        match self {
            Self::Anonymous => None,
            Self::User(user) => user.scopes_in(organization_id),
            Self::App(app) => (app.organization_id == organization_id).then_some(app.scopes),
            Self::Service(_) | Self::Operator => Some(Scope::ALL.iter().copied().collect()),
        }
    }

    /// Whether the caller has one of `scopes` in this organization.
    pub fn has_any(&self, organization_id: i64, scopes: &[Scope]) -> bool {
        self.scopes_in(organization_id).is_some_and(|held| held.contains_any(scopes))
    }

    /// The id of a user whom an organization with closed membership limits to the projects of their teams: members and admins. `None`
    /// for callers who access all projects, as far as their scopes go.
    pub fn limited_by_teams(&self, organization_id: i64) -> Option<i64> {
        let user = self.user().filter(|_| !self.is_superuser())?;
        let role = user.membership(organization_id)?.role;
        (role < Role::Manager).then_some(user.user_id)
    }

    pub fn user(&self) -> Option<&UserCaller> {
        if let Self::User(user) = self { Some(user) } else { None }
    }

    pub fn app(&self) -> Option<&AppCaller> {
        if let Self::App(app) = self { Some(app) } else { None }
    }

    /// True for a superuser with a session, or with a token that permits these rights.
    pub fn is_superuser(&self) -> bool {
        self.user().is_some_and(|user| user.is_superuser && user.may_use_rank())
    }

    /// True for a staff user with a session, or with a token that permits these rights.
    pub fn is_staff(&self) -> bool {
        self.user().is_some_and(|user| user.is_staff && user.may_use_rank())
    }

    /// Whether the caller may know of organizations that they do not belong to.
    pub fn sees_every_organization(&self) -> bool {
        self.is_internal() || self.is_superuser() || self.is_staff()
    }

    /// True for a user with a session, as opposed to a program with the user's token.
    pub fn is_session(&self) -> bool {
        self.user().is_some_and(|user| user.token_scopes.is_none())
    }

    /// True for services and the operator.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Service(_) | Self::Operator)
    }
}

impl UserCaller {
    pub fn membership(&self, organization_id: i64) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization_id == organization_id)
    }

    pub fn membership_by_slug(&self, slug: &str) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization_slug == slug)
    }

    /// A token carries superuser or staff rights only if its scopes include the administration of organizations.
    fn may_use_rank(&self) -> bool {
        self.token_scopes.is_none_or(|scopes| scopes.contains(Scope::OrgAdmin))
    }

    fn scopes_in(&self, organization_id: i64) -> Option<ScopeSet> {
        let role = self.membership(organization_id).map(|membership| membership.role);
        let held = match role {
            _ if self.is_superuser && self.may_use_rank() => Role::Owner.scopes(),
            Some(role) => role.scopes(),
            None if self.is_staff && self.may_use_rank() => STAFF,
            None => return None,
        };
        Some(self.token_scopes.map_or(held, |limit| held.intersection(limit.expanded())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role) -> UserCaller {
        UserCaller {
            user_id: 1,
            name: "Jane".into(),
            email: "jane@example.com".into(),
            is_superuser: false,
            is_staff: false,
            memberships: vec![Membership { organization_id: 7, organization_slug: "acme".into(), role }],
            token_scopes: None,
        }
    }

    #[test]
    fn a_member_has_the_scopes_of_their_role_and_none_elsewhere() {
        let caller = Caller::User(user(Role::Manager));
        assert_eq!(caller.scopes_in(7), Some(Role::Manager.scopes()));
        assert_eq!(caller.scopes_in(8), None);
    }

    #[test]
    fn a_personal_token_narrows_and_never_widens() {
        let limit = ScopeSet::of(&[Scope::OrgAdmin]);
        let caller = Caller::User(UserCaller { token_scopes: Some(limit), ..user(Role::Manager) });
        let held = caller.scopes_in(7).unwrap();
        assert!(held.contains(Scope::OrgWrite), "org:admin implies org:write, which a manager holds");
        assert!(!held.contains(Scope::OrgAdmin), "a manager does not hold org:admin");
        assert!(!held.contains(Scope::EventRead), "the token was not given it");
    }

    #[test]
    fn teams_limit_members_and_admins_only() {
        let by = |role, is_superuser| Caller::User(UserCaller { is_superuser, ..user(role) });
        for (caller, limited) in [
            (by(Role::Member, false), Some(1)),
            (by(Role::Admin, false), Some(1)),
            (by(Role::Manager, false), None),
            (by(Role::Owner, false), None),
            (by(Role::Member, true), None),
            (Caller::Operator, None),
            (Caller::Anonymous, None),
        ] {
            assert_eq!(caller.limited_by_teams(7), limited, "{caller:?}");
            assert_eq!(caller.limited_by_teams(8), None);
        }
    }

    #[test]
    fn an_app_has_its_scopes_in_its_organization_only() {
        let scopes = ScopeSet::of(&[Scope::EventRead]);
        let app = AppCaller { app_id: 1, installation_id: Uuid::nil(), organization_id: 7, scopes };
        let caller = Caller::App(app);
        assert!(caller.has_any(7, &[Scope::EventRead, Scope::EventWrite]));
        assert!(!caller.has_any(7, &[Scope::EventWrite]));
        assert_eq!(caller.scopes_in(8), None);
    }

    #[test]
    fn a_rank_is_used_in_a_session_or_with_a_token_that_may_administer() {
        let limits = [
            (None, true),
            (Some(ScopeSet::of(&[Scope::OrgAdmin])), true),
            (Some(ScopeSet::of(&[Scope::OrgWrite, Scope::EventAdmin])), false),
            (Some(ScopeSet::EMPTY), false),
        ];
        for (token_scopes, expected) in limits {
            let ranked =
                UserCaller { is_superuser: true, is_staff: true, token_scopes, ..user(Role::Member) };
            let plain = Caller::User(UserCaller { token_scopes, ..user(Role::Owner) });
            let ranked = Caller::User(ranked);
            assert_eq!((ranked.is_superuser(), ranked.is_staff()), (expected, expected), "{token_scopes:?}");
            assert_eq!(ranked.sees_every_organization(), expected, "{token_scopes:?}");
            assert!(!plain.sees_every_organization());
            assert_eq!((plain.is_superuser(), plain.is_staff()), (false, false));
            assert_eq!(ranked.is_session(), token_scopes.is_none());
        }
        assert!(!Caller::Operator.is_session());
    }

    #[test]
    fn staff_look_everywhere_and_change_only_what_their_role_lets_them() {
        let staff = UserCaller { is_staff: true, ..user(Role::Manager) };
        let caller = Caller::User(staff.clone());
        assert_eq!(caller.scopes_in(7), Some(Role::Manager.scopes()));
        let elsewhere = caller.scopes_in(8).unwrap();
        assert!(elsewhere.contains(Scope::OrgRead) && elsewhere.contains(Scope::EventRead));
        assert!(elsewhere.iter().all(|scope| Role::Member.scopes().contains(scope)));
        assert!(!elsewhere.contains_any(&[Scope::OrgWrite, Scope::EventWrite, Scope::OrgIntegrations]));

        let limited = UserCaller { token_scopes: Some(ScopeSet::of(&[Scope::EventRead])), ..staff };
        assert_eq!(Caller::User(limited).scopes_in(8), None, "the token was not given the rank");
    }

    #[test]
    fn a_superuser_is_an_owner_everywhere() {
        let caller = Caller::User(UserCaller { is_superuser: true, ..user(Role::Member) });
        assert_eq!(caller.scopes_in(7), Some(Role::Owner.scopes()));
        assert_eq!(caller.scopes_in(99), Some(Role::Owner.scopes()));
        let token_scopes = Some(ScopeSet::of(&[Scope::OrgWrite]));
        let narrow = UserCaller { is_superuser: true, token_scopes, ..user(Role::Member) };
        let narrow = Caller::User(narrow);
        assert_eq!(narrow.scopes_in(99), None, "with a token that was not given the rank they are a member");
        assert_eq!(narrow.scopes_in(7), Some(ScopeSet::of(&[Scope::OrgRead])));
    }
}
