//! The scopes that users may give their personal tokens: those they hold themselves.

use patchbay_domain::{Error, Result, Role, Scope, ScopeSet, UserCaller};

/// Checks that the user holds each of these scopes in some organization. The error names every scope that they lack.
pub(crate) fn check(user: &UserCaller, requested: &[String]) -> Result<()> {
    let held = held(user);
    // `mint::scopes` refuses unknown names.
    let scopes = requested.iter().filter_map(|name| name.parse::<Scope>().ok());
    let denied: Vec<Scope> = scopes.filter(|scope| is_power(*scope) && !held.contains(*scope)).collect();
    let Some((first, rest)) = denied.split_first() else { return Ok(()) };
    let refusal = Error::field("scopes", exceeds(*first));
    Err(rest.iter().fold(refusal, |refusal, scope| refusal.with_field("scopes", exceeds(*scope))))
}

fn held(user: &UserCaller) -> ScopeSet {
    if user.is_superuser {
        return Role::Owner.scopes();
    }
    user.memberships
        .iter()
        .flat_map(|membership| membership.role.scopes().iter().collect::<Vec<_>>())
        .collect()
}

/// Whether some role holds the scope. A token is limited to the role of its user, so other scopes grant it nothing.
fn is_power(scope: Scope) -> bool {
    Role::Owner.scopes().contains(scope)
}

fn exceeds(scope: Scope) -> String {
    format!(
        "Requested permission of {scope} exceeds requester's permission. \
         Please contact an administrator to make the requested change."
    )
}

#[cfg(test)]
mod tests {
    use patchbay_domain::Membership;

    use super::*;

    fn user(roles: &[Role], is_superuser: bool) -> UserCaller {
        let membership = |(n, role): (usize, &Role)| Membership {
            organization_id: i64::try_from(n).unwrap(),
            organization_slug: format!("org-{n}"),
            role: *role,
        };
        UserCaller {
            user_id: 3,
            name: "Jane".into(),
            email: "jane@example.com".into(),
            is_superuser,
            is_staff: false,
            memberships: roles.iter().enumerate().map(membership).collect(),
            token_scopes: None,
        }
    }

    #[test]
    fn a_user_grants_scopes_they_hold_in_some_organization() {
        let cases: [(&[Role], bool, &[&str], usize); 8] = [
            (&[], false, &[], 0),
            (&[], false, &["openid", "project:distribution", "org:ci"], 0),
            (&[], false, &["org:read"], 1),
            (&[Role::Member], false, &["org:read", "event:admin"], 0),
            (&[Role::Member], false, &["org:write", "event:admin", "member:admin"], 2),
            (&[Role::Member, Role::Manager], false, &["org:write", "member:admin"], 0),
            (&[Role::Manager], false, &["org:admin"], 1),
            (&[], true, &["org:admin", "member:admin"], 0),
        ];
        for (roles, is_superuser, scopes, denied) in cases {
            let names: Vec<String> = scopes.iter().map(|&name| name.to_owned()).collect();
            let found = check(&user(roles, is_superuser), &names);
            let found = found.map_or_else(|error| error.fields[0].messages.len(), |()| 0);
            assert_eq!(found, denied, "{roles:?} {is_superuser} {scopes:?}");
        }
    }
}
