//! Event types in the form that matching needs. Built-in types are small numbers, so that a set of them is one word and matching
//! compares no strings.

use std::fmt;
use std::sync::Arc;

use patchbay_domain::EventType;
use patchbay_domain::event::{CATALOGUE, Reach};

use super::custom_type::CustomType;

/// An event type.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// The position in the catalogue. Never stored, because positions may change between versions.
    BuiltIn(u8),
    Custom(Arc<CustomType>),
}

/// A set of event types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindSet {
    built_in: u64,
    /// Names, sorted. Custom types may be added and removed while an app's subscription stays.
    custom: Vec<String>,
}

const _: () = assert!(CATALOGUE.len() <= u64::BITS as usize, "a built-in kind has to fit into a set");

impl Kind {
    pub(crate) fn built_in(resource: &str, action: &str) -> Option<Self> {
        let position =
            CATALOGUE.iter().position(|event| event.resource == resource && event.action == action);
        position.and_then(|position| u8::try_from(position).ok()).map(Self::BuiltIn)
    }

    /// A built-in type by its full name, `issue.created`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        name.split_once('.').and_then(|(resource, action)| Self::built_in(resource, action))
    }

    pub(crate) fn resource(&self) -> &str {
        match self {
            Self::BuiltIn(position) => catalogued(*position).resource,
            Self::Custom(custom) => custom.resource(),
        }
    }

    pub(crate) fn action(&self) -> &str {
        match self {
            Self::BuiltIn(position) => catalogued(*position).action,
            Self::Custom(custom) => custom.action(),
        }
    }

    /// How events of this type find their receivers.
    pub(crate) fn reach(&self) -> Reach {
        match self {
            Self::BuiltIn(position) => catalogued(*position).reach,
            Self::Custom(custom) => custom.scope.map_or(Reach::Named, Reach::Subscribers),
        }
    }

    /// `issue.created`
    pub(crate) fn name(&self) -> String {
        self.to_string()
    }

    /// Whether project filters apply. As in Sentry, they apply to created issues and errors only. They also apply to events of custom
    /// types that belong to a project.
    pub(crate) fn is_filtered_by_project(&self, project_id: Option<i64>) -> bool {
        match self {
            Self::BuiltIn(_) => self.action() == "created" && matches!(self.resource(), "issue" | "error"),
            Self::Custom(_) => project_id.is_some(),
        }
    }
}

fn catalogued(position: u8) -> &'static EventType {
    &CATALOGUE[usize::from(position)]
}

/// Custom types are equal by name, because their scope and schema may change.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::BuiltIn(one), Self::BuiltIn(other)) => one == other,
            (Self::Custom(one), Self::Custom(other)) => one.name == other.name,
            _ => false,
        }
    }
}

impl Eq for Kind {}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(position) => catalogued(*position).fmt(f),
            Self::Custom(custom) => f.write_str(&custom.name),
        }
    }
}

impl KindSet {
    /// Unknown names are kept, because the operator may add the type later.
    pub(crate) fn of_names(names: Vec<String>) -> Self {
        let mut set = Self::default();
        for name in names {
            match Kind::named(&name) {
                Some(Kind::BuiltIn(position)) => set.built_in |= 1 << position,
                _ => set.custom.push(name),
            }
        }
        set.custom.sort_unstable();
        set
    }

    pub(crate) fn contains(&self, kind: &Kind) -> bool {
        match kind {
            Kind::BuiltIn(position) => self.built_in & (1 << position) != 0,
            Kind::Custom(custom) => self.custom.binary_search(&custom.name).is_ok(),
        }
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self::of_names(kinds.into_iter().map(|kind| kind.name()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_the_catalogue_is_found_and_leads_back() {
        for event in CATALOGUE {
            let kind = Kind::named(&event.name()).expect("it is in the catalogue");
            assert_eq!(
                (kind.resource(), kind.action(), kind.reach()),
                (event.resource, event.action, event.reach)
            );
            assert_eq!(Kind::built_in(event.resource, event.action), Some(kind));
        }
        assert_eq!(Kind::named("issue"), None);
        assert_eq!(Kind::named("issue.archived"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let custom = |name: &str| {
            let (resource, action) = name.split_once('.').expect("a name");
            Kind::Custom(Arc::new(CustomType::removed(resource, action)))
        };
        let mut all: Vec<_> = CATALOGUE.iter().filter_map(|event| Kind::named(&event.name())).collect();
        all.extend(["deploy.began", "deploy.finished", "a.b"].map(custom));
        for kind in &all {
            let set = KindSet::from_iter([kind.clone()]);
            assert!(all.iter().all(|other| set.contains(other) == (other == kind)));
        }
        let set: KindSet = all.iter().cloned().collect();
        assert!(all.iter().all(|kind| set.contains(kind)));
    }

    #[test]
    fn only_created_issues_and_errors_are_filtered_by_project() {
        let filtered = CATALOGUE.iter().filter(|event| {
            Kind::built_in(event.resource, event.action)
                .is_some_and(|kind| kind.is_filtered_by_project(Some(1)))
        });
        assert_eq!(filtered.map(EventType::name).collect::<Vec<_>>(), ["issue.created", "error.created"]);
    }
}
