//! Event types as small numbers, so that sets of them are a word and matching compares no strings.

use patchbay_domain::EventType;
use patchbay_domain::event::CATALOGUE;

/// An event type of the catalogue, by its position there. Only within a process: positions may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind(u8);

/// A set of event types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindSet(u64);

const _: () = assert!(CATALOGUE.len() <= u64::BITS as usize, "a kind has to fit into a set");

impl Kind {
    pub(crate) fn find(resource: &str, action: &str) -> Option<Self> {
        let position =
            CATALOGUE.iter().position(|event| event.resource == resource && event.action == action);
        position.and_then(|position| u8::try_from(position).ok()).map(Self)
    }

    /// By its full name, `issue.created`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        name.split_once('.').and_then(|(resource, action)| Self::find(resource, action))
    }

    pub(crate) fn event_type(self) -> &'static EventType {
        &CATALOGUE[usize::from(self.0)]
    }

    /// Whether a filter by project applies to it: only to the creation of issues and errors, as in Sentry.
    pub(crate) fn is_filtered_by_project(self) -> bool {
        let event = self.event_type();
        event.action == "created" && matches!(event.resource, "issue" | "error")
    }
}

impl KindSet {
    pub(crate) fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind.0) != 0
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_the_catalogue_is_found_and_leads_back() {
        for event in CATALOGUE {
            let kind = Kind::named(&event.name()).expect("it is in the catalogue");
            assert_eq!(kind.event_type(), event);
            assert_eq!(Kind::find(event.resource, event.action), Some(kind));
        }
        assert_eq!(Kind::named("issue"), None);
        assert_eq!(Kind::named("issue.archived"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let all: Vec<_> = CATALOGUE.iter().filter_map(|event| Kind::named(&event.name())).collect();
        for kind in &all {
            let set = KindSet::from_iter([*kind]);
            assert!(all.iter().all(|other| set.contains(*other) == (other == kind)));
        }
    }

    #[test]
    fn only_created_issues_and_errors_are_filtered_by_project() {
        let filtered = CATALOGUE.iter().filter(|event| {
            Kind::find(event.resource, event.action).is_some_and(Kind::is_filtered_by_project)
        });
        assert_eq!(filtered.map(EventType::name).collect::<Vec<_>>(), ["issue.created", "error.created"]);
    }
}
