use patchbay_domain::{AppCaller, Caller, Membership, Role, Scope, ScopeSet, UserCaller};
use patchbay_proto::installation::Installation;
use patchbay_proto::tracker::Organization;

pub(crate) fn stranger() -> UserCaller {
    UserCaller {
        user_id: 1,
        name: "Meredith Heller".to_owned(),
        email: "meredith@example.com".to_owned(),
        is_superuser: false,
        is_staff: false,
        memberships: Vec::new(),
        token_scopes: None,
    }
}

pub(crate) fn membership(organization: &Organization, role: Role) -> Membership {
    Membership { organization_id: organization.id, organization_slug: organization.slug.clone(), role }
}

pub(crate) fn member(organization: &Organization, role: Role) -> Caller {
    Caller::User(UserCaller { memberships: vec![membership(organization, role)], ..stranger() })
}

pub(crate) fn member_with_token(organization: &Organization, role: Role, scopes: &[Scope]) -> Caller {
    let memberships = vec![membership(organization, role)];
    Caller::User(UserCaller { memberships, token_scopes: Some(ScopeSet::of(scopes)), ..stranger() })
}

pub(crate) fn superuser() -> Caller {
    Caller::User(UserCaller { is_superuser: true, ..stranger() })
}

pub(crate) fn staff() -> Caller {
    Caller::User(UserCaller { is_staff: true, ..stranger() })
}

pub(crate) fn app_of(installation: &Installation) -> Caller {
    Caller::App(AppCaller {
        app_id: installation.app_id,
        installation_id: installation.uuid.parse().unwrap(),
        organization_id: installation.organization_id,
        scopes: ScopeSet::of(&[Scope::EventRead]),
    })
}

/// Staff whose personal token is limited to `scopes`.
pub(crate) fn staff_with_token(scopes: &[Scope]) -> Caller {
    Caller::User(UserCaller { is_staff: true, token_scopes: Some(ScopeSet::of(scopes)), ..stranger() })
}
