//! Permissions of callers.

use patchbay_domain::{Caller, Error, Result, Scope};

/// Each of these scopes permits reading issues.
pub(crate) const READ_ISSUES: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
/// Each of these scopes permits writing issues.
pub(crate) const WRITE_ISSUES: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin];
/// Each of these scopes permits linking issues to issues of an app.
pub(crate) const LINK_ISSUES: &[Scope] =
    &[Scope::OrgIntegrations, Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
/// This scope permits deleting issues.
pub(crate) const DELETE_ISSUES: &[Scope] = &[Scope::EventAdmin];
/// Each of these scopes permits reading projects.
pub(crate) const READ_PROJECTS: &[Scope] = &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin];
/// Each of these scopes permits writing projects.
pub(crate) const WRITE_PROJECTS: &[Scope] = &[Scope::ProjectWrite, Scope::ProjectAdmin];
/// This scope permits deleting projects.
pub(crate) const DELETE_PROJECTS: &[Scope] = &[Scope::ProjectAdmin];
/// Each of these scopes permits reading teams.
pub(crate) const READ_TEAMS: &[Scope] = &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin];
/// Each of these scopes permits creating teams and changing their members.
pub(crate) const WRITE_TEAMS: &[Scope] =
    &[Scope::OrgWrite, Scope::OrgAdmin, Scope::TeamWrite, Scope::TeamAdmin];
/// This scope permits deleting teams.
pub(crate) const DELETE_TEAMS: &[Scope] = &[Scope::TeamAdmin];
/// Each of these scopes permits reading alert rules.
pub(crate) const READ_ALERTS: &[Scope] = &[Scope::AlertsRead, Scope::AlertsWrite, Scope::ProjectRead];
/// Each of these scopes permits writing alert rules.
pub(crate) const WRITE_ALERTS: &[Scope] = &[Scope::AlertsWrite, Scope::ProjectWrite];

/// Services and operators only, because the directory lists the users of every organization.
pub(crate) fn internal(caller: &Caller) -> Result<()> {
    if caller.is_internal() { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Permits callers with one of `scopes` in the organization.
///
/// A caller without access to the organization gets `hidden`, the error for a resource that does not exist. Otherwise
/// callers could probe ids to learn which resources other organizations have.
pub(crate) fn one_of(caller: &Caller, organization_id: i64, scopes: &[Scope], hidden: Error) -> Result<()> {
    match caller.scopes_in(organization_id) {
        None => Err(hidden),
        Some(held) if held.contains_any(scopes) => Ok(()),
        Some(_) => Err(Error::permission_denied()),
    }
}

/// Like [`one_of`], but refuses every app.
pub(crate) fn one_of_but_no_app(
    caller: &Caller,
    organization_id: i64,
    scopes: &[Scope],
    hidden: Error,
) -> Result<()> {
    one_of(caller, organization_id, scopes, hidden)?;
    if caller.app().is_some() { Err(Error::permission_denied()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::{AppCaller, Membership, Role, ScopeSet, UserCaller};

    use super::*;

    fn user(organization_id: i64, token_scopes: Option<ScopeSet>) -> Caller {
        Caller::User(UserCaller {
            user_id: 1,
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            is_superuser: false,
            is_staff: false,
            memberships: vec![Membership {
                organization_id,
                organization_slug: "acme".to_owned(),
                role: Role::Member,
            }],
            token_scopes,
        })
    }

    fn app(organization_id: i64, scopes: &[Scope]) -> Caller {
        Caller::App(AppCaller {
            app_id: 1,
            installation_id: Default::default(),
            organization_id,
            scopes: ScopeSet::of(scopes),
        })
    }

    fn outcome(result: Result<()>) -> String {
        result.err().map_or_else(|| "OK".to_owned(), |error| error.reason.into_owned())
    }

    #[test]
    fn issues_are_readable_with_a_scope_and_hidden_from_other_organizations() {
        let limited = Some(ScopeSet::of(&[Scope::ProjectRead]));
        let cases = [
            (Caller::Anonymous, "HIDDEN"),
            (Caller::Operator, "OK"),
            (Caller::Service("demo".to_owned()), "OK"),
            (user(7, None), "OK"),
            (user(7, limited), "PERMISSION_DENIED"),
            (user(8, None), "HIDDEN"),
            (app(7, &[Scope::EventRead]), "OK"),
            (app(7, &[Scope::EventAdmin]), "OK"),
            (app(7, &[Scope::ProjectAdmin]), "PERMISSION_DENIED"),
            (app(7, &[]), "PERMISSION_DENIED"),
            (app(8, &[Scope::EventAdmin]), "HIDDEN"),
        ];
        for (caller, expected) in cases {
            let result = one_of(&caller, 7, READ_ISSUES, Error::not_found("HIDDEN", ""));
            assert_eq!(outcome(result), expected, "{caller:?}");
        }
    }

    #[test]
    fn an_app_creates_no_project_with_any_scope() {
        let hidden = || Error::not_found("HIDDEN", "");
        let check = |caller: &Caller| outcome(one_of_but_no_app(caller, 7, WRITE_PROJECTS, hidden()));
        assert_eq!(check(&app(7, &[Scope::ProjectAdmin])), "PERMISSION_DENIED");
        assert_eq!(check(&app(8, &[Scope::ProjectAdmin])), "HIDDEN");
        assert_eq!(check(&user(7, None)), "PERMISSION_DENIED", "a member only reads projects");
        assert_eq!(check(&Caller::Operator), "OK");
    }

    #[test]
    fn the_directory_is_for_services_and_operators() {
        assert_eq!(outcome(internal(&Caller::Service("gateway".to_owned()))), "OK");
        for caller in [Caller::Anonymous, user(7, None), app(7, Scope::ALL)] {
            assert_eq!(outcome(internal(&caller)), "PERMISSION_DENIED", "{caller:?}");
        }
    }
}
