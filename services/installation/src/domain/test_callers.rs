//! Callers for the tests of this folder. Organization 7 is `acme`.

use patchbay_domain::{AppCaller, Caller, Membership, Role, Scope, ScopeSet, UserCaller};
use uuid::Uuid;

fn user() -> UserCaller {
    UserCaller {
        user_id: 1,
        name: "Jane".into(),
        email: "jane@example.com".into(),
        is_superuser: false,
        is_staff: false,
        memberships: vec![],
        token_scopes: None,
    }
}

pub(crate) fn member(role: Role) -> Caller {
    let membership = Membership { organization_id: 7, organization_slug: "acme".into(), role };
    Caller::User(UserCaller { memberships: vec![membership], ..user() })
}

/// A member whose personal token is limited to `scopes`.
pub(crate) fn member_with_token(role: Role, scopes: &[Scope]) -> Caller {
    let Caller::User(user) = member(role) else { unreachable!("a member is a user") };
    Caller::User(UserCaller { token_scopes: Some(ScopeSet::of(scopes)), ..user })
}

pub(crate) fn stranger() -> Caller {
    Caller::User(user())
}

pub(crate) fn superuser() -> Caller {
    Caller::User(UserCaller { is_superuser: true, ..user() })
}

pub(crate) fn staff() -> Caller {
    Caller::User(UserCaller { is_staff: true, ..user() })
}

/// Staff whose personal token is limited to `scopes`.
pub(crate) fn staff_with_token(scopes: &[Scope]) -> Caller {
    Caller::User(UserCaller { is_staff: true, token_scopes: Some(ScopeSet::of(scopes)), ..user() })
}

/// App 5 in organization 7, with every scope.
pub(crate) fn app() -> Caller {
    let scopes = Scope::ALL.iter().copied().collect();
    Caller::App(AppCaller { app_id: 5, installation_id: Uuid::from_u128(1), organization_id: 7, scopes })
}
