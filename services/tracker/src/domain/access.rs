//! The one place that says who may do what here.

use patchbay_domain::{Caller, Error, Result, Scope};

/// Any of these lets read issues.
pub(crate) const READ_ISSUES: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
/// Any of these lets write issues.
pub(crate) const WRITE_ISSUES: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin];
/// Any of these lets link issues to those of an app.
pub(crate) const LINK_ISSUES: &[Scope] =
    &[Scope::OrgIntegrations, Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
/// This lets delete issues.
pub(crate) const DELETE_ISSUES: &[Scope] = &[Scope::EventAdmin];
/// Any of these lets read projects.
pub(crate) const READ_PROJECTS: &[Scope] = &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin];
/// Any of these lets write projects.
pub(crate) const WRITE_PROJECTS: &[Scope] = &[Scope::ProjectWrite, Scope::ProjectAdmin];
/// This lets delete projects.
pub(crate) const DELETE_PROJECTS: &[Scope] = &[Scope::ProjectAdmin];
/// Any of these lets read teams.
pub(crate) const READ_TEAMS: &[Scope] = &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin];
/// Any of these lets start teams and say who is in them.
pub(crate) const WRITE_TEAMS: &[Scope] =
    &[Scope::OrgWrite, Scope::OrgAdmin, Scope::TeamWrite, Scope::TeamAdmin];
/// This lets delete teams.
pub(crate) const DELETE_TEAMS: &[Scope] = &[Scope::TeamAdmin];
/// Any of these lets read alert rules.
pub(crate) const READ_ALERTS: &[Scope] = &[Scope::AlertsRead, Scope::AlertsWrite, Scope::ProjectRead];
/// Any of these lets write alert rules.
pub(crate) const WRITE_ALERTS: &[Scope] = &[Scope::AlertsWrite, Scope::ProjectWrite];

/// The directory is for services and operators: it tells who exists, in every organization.
pub(crate) fn internal(caller: &Caller) -> Result<()> {
    if caller.is_internal() { Ok(()) } else { Err(Error::permission_denied()) }
}

/// The caller has one of `scopes` in the organization.
///
/// Who has no business there at all is told `hidden`, what they would be told if there were no such thing: otherwise
/// numbers could be tried out to learn what others have.
pub(crate) fn one_of(caller: &Caller, organization_id: i64, scopes: &[Scope], hidden: Error) -> Result<()> {
    match caller.scopes_in(organization_id) {
        None => Err(hidden),
        Some(held) if held.contains_any(scopes) => Ok(()),
        Some(_) => Err(Error::permission_denied()),
    }
}

/// As [`one_of`], and never an app, whatever scopes it holds.
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
    fn issues_are_read_by_who_has_a_scope_and_hidden_from_who_has_no_business_there() {
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
    fn an_app_starts_no_project_whatever_it_holds() {
        let hidden = || Error::not_found("HIDDEN", "");
        let check = |caller: &Caller| outcome(one_of_but_no_app(caller, 7, WRITE_PROJECTS, hidden()));
        assert_eq!(check(&app(7, &[Scope::ProjectAdmin])), "PERMISSION_DENIED");
        assert_eq!(check(&app(8, &[Scope::ProjectAdmin])), "HIDDEN");
        assert_eq!(check(&user(7, None)), "PERMISSION_DENIED", "a member only reads projects");
        assert_eq!(check(&Caller::Operator), "OK");
    }

    #[test]
    fn the_directory_is_for_our_own() {
        assert_eq!(outcome(internal(&Caller::Service("gateway".to_owned()))), "OK");
        for caller in [Caller::Anonymous, user(7, None), app(7, Scope::ALL)] {
            assert_eq!(outcome(internal(&caller)), "PERMISSION_DENIED", "{caller:?}");
        }
    }
}
