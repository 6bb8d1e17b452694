//! Scopes: the permissions of tokens and roles, and which scopes imply which others.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::shortened;

macro_rules! scopes {
    ($($variant:ident = $text:literal => [$($implied:ident),*],)*) => {
        /// One permission, with Sentry's name. Lists of scopes are shown in this order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $($variant,)* }

        impl Scope {
            /// Every scope there is.
            pub const ALL: &[Scope] = &[$(Scope::$variant,)*];

            /// The scope as apps write it, `org:read`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The scopes that this one implies, without itself.
            pub fn implied(self) -> &'static [Scope] {
                match self { $(Self::$variant => &[$(Scope::$implied,)*],)* }
            }
        }
    };
}

scopes! {
    OrgRead = "org:read" => [],
    OrgWrite = "org:write" => [OrgRead],
    OrgAdmin = "org:admin" => [OrgRead, OrgWrite, OrgIntegrations],
    OrgIntegrations = "org:integrations" => [],
    OrgCi = "org:ci" => [],
    MemberInvite = "member:invite" => [MemberRead],
    MemberRead = "member:read" => [],
    MemberWrite = "member:write" => [MemberRead, MemberInvite],
    MemberAdmin = "member:admin" => [MemberRead, MemberInvite, MemberWrite],
    TeamRead = "team:read" => [],
    TeamWrite = "team:write" => [TeamRead],
    TeamAdmin = "team:admin" => [TeamRead, TeamWrite],
    ProjectRead = "project:read" => [],
    ProjectWrite = "project:write" => [ProjectRead],
    ProjectAdmin = "project:admin" => [ProjectRead, ProjectWrite],
    ProjectReleases = "project:releases" => [],
    ProjectDistribution = "project:distribution" => [],
    EventRead = "event:read" => [],
    EventWrite = "event:write" => [EventRead],
    EventAdmin = "event:admin" => [EventRead, EventWrite],
    AlertsRead = "alerts:read" => [],
    AlertsWrite = "alerts:write" => [AlertsRead],
    OpenId = "openid" => [],
    Profile = "profile" => [],
    Email = "email" => [],
}

impl Scope {
    /// Scopes that only tokens can have. No role has them, so granting them does not require having them.
    pub fn is_token_only(self) -> bool {
        matches!(self, Self::OrgCi | Self::ProjectDistribution)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Holds the beginning of a text that does not name a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} not a valid scope")]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| UnknownScope(shortened(text).into_owned()))
    }
}

/// A set of scopes, stored in four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ScopeSet(u32);

impl ScopeSet {
    pub const EMPTY: Self = Self(0);

    /// The set of exactly these scopes, without implied ones.
    pub const fn of(scopes: &[Scope]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < scopes.len() {
            bits |= scopes[index].bit();
            index += 1;
        }
        Self(bits)
    }

    /// Parses names; fails with the first unknown name.
    pub fn parse<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, UnknownScope> {
        names.into_iter().map(|name| name.as_ref().parse::<Scope>()).collect()
    }

    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    pub fn contains_any(self, scopes: &[Scope]) -> bool {
        self.0 & Self::of(scopes).0 != 0
    }

    pub fn is_superset(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The set including all implied scopes.
    #[must_use]
    pub fn expanded(self) -> Self {
        self.iter().fold(self, |set, scope| Self(set.0 | Self::of(scope.implied()).0))
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    /// The names in the order of [`Scope::ALL`].
    pub fn names(self) -> Vec<String> {
        self.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Scope::as_str)).finish()
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Scope::as_str))
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Vec::<String>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_set() -> impl Strategy<Value = ScopeSet> {
        proptest::sample::subsequence(Scope::ALL.to_vec(), 0..=Scope::ALL.len())
            .prop_map(|scopes| scopes.into_iter().collect())
    }

    #[test]
    fn org_admin_brings_read_write_and_integrations() {
        let expanded = ScopeSet::of(&[Scope::OrgAdmin]).expanded();
        assert_eq!(expanded.names(), ["org:read", "org:write", "org:admin", "org:integrations"]);
    }

    #[test]
    fn an_unknown_scope_is_named() {
        assert_eq!(
            ScopeSet::parse(["org:read", "org:fly"]).unwrap_err().to_string(),
            "org:fly not a valid scope"
        );
    }

    proptest! {
        #[test]
        fn expanding_twice_changes_nothing_more(set in any_set()) {
            prop_assert_eq!(set.expanded().expanded(), set.expanded());
            prop_assert!(set.expanded().is_superset(set));
        }

        #[test]
        fn names_parse_back(set in any_set()) {
            prop_assert_eq!(ScopeSet::parse(set.names()).unwrap(), set);
        }
    }
}
