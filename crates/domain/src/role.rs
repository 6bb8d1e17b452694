//! Roles of a member in an organization, and the scopes each one holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::scope::{Scope, ScopeSet};

/// The roles, in ascending order of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Member,
    Admin,
    Manager,
    Owner,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Member, Role::Admin, Role::Manager, Role::Owner];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    /// The scopes of the role (Sentry's default roles).
    pub fn scopes(self) -> ScopeSet {
        use Scope::*;
        const MEMBER: ScopeSet = ScopeSet::of(&[
            OrgRead,
            MemberRead,
            TeamRead,
            ProjectRead,
            ProjectReleases,
            EventRead,
            EventWrite,
            EventAdmin,
            AlertsRead,
            AlertsWrite,
        ]);
        let own: &[Scope] = match self {
            Self::Member => &[],
            Self::Admin => &[OrgIntegrations, TeamAdmin, ProjectAdmin],
            Self::Manager => &[OrgIntegrations, TeamAdmin, ProjectAdmin, OrgWrite, MemberAdmin],
            Self::Owner => &[OrgIntegrations, TeamAdmin, ProjectAdmin, OrgAdmin, MemberAdmin],
        };
        own.iter().fold(MEMBER, |set, scope| set.with(*scope)).expanded()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a role (member, admin, manager, owner)")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_the_scopes_of_the_role_below() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[1].scopes().is_superset(pair[0].scopes()), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn only_managers_and_owners_write_the_organization_and_only_owners_administer_it() {
        let holders =
            |scope| Role::ALL.into_iter().filter(|r| r.scopes().contains(scope)).collect::<Vec<_>>();
        assert_eq!(holders(Scope::OrgWrite), [Role::Manager, Role::Owner]);
        assert_eq!(holders(Scope::OrgAdmin), [Role::Owner]);
        assert_eq!(holders(Scope::OrgIntegrations), [Role::Admin, Role::Manager, Role::Owner]);
    }

    #[test]
    fn no_role_holds_a_token_only_scope() {
        for role in Role::ALL {
            assert!(role.scopes().iter().all(|scope| !scope.is_token_only()));
        }
    }
}
