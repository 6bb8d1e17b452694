//! The receivers of an event.

use uuid::Uuid;

use super::decide::{Verdict, decide};
use super::event::{Event, Target};
use super::index::Index;
use super::subscription::Subscription;

/// An installation that gets the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receiver<'a> {
    pub(crate) installation_id: Uuid,
    pub(crate) app_id: i64,
    /// Absent for an installation that the index does not hold yet or any more.
    pub(crate) subscription: Option<&'a Subscription>,
    pub(crate) unconditional: bool,
}

/// Each installation at most once: the unconditional ones first, the others by uuid.
pub(crate) fn receivers<'a>(index: &'a Index, event: &'a Event) -> impl Iterator<Item = Receiver<'a>> {
    unconditional(index, event).chain(decided(index, event))
}

fn unconditional<'a>(index: &'a Index, event: &'a Event) -> impl Iterator<Item = Receiver<'a>> {
    event.targets.iter().enumerate().filter_map(|(position, target)| {
        let Target::Unconditional { installation_id, app_id } = *target else { return None };
        if is_unconditional(&event.targets[..position], installation_id) {
            return None;
        }
        let subscription = index.get(event.organization_id, installation_id);
        Some(Receiver { installation_id, app_id, subscription, unconditional: true })
    })
}

fn decided<'a>(index: &'a Index, event: &'a Event) -> impl Iterator<Item = Receiver<'a>> {
    let installations = index.installations(event.organization_id);
    let wanted = installations.filter(|subscription| decide(event, subscription) == Verdict::Send);
    wanted.filter(|subscription| !is_unconditional(&event.targets, subscription.installation_id)).map(
        |subscription| Receiver {
            installation_id: subscription.installation_id,
            app_id: subscription.app_id,
            subscription: Some(subscription),
            unconditional: false,
        },
    )
}

/// Whether the installation is among the targets that are sent to without asking.
pub(crate) fn is_unconditional(targets: &[Target], installation: Uuid) -> bool {
    targets.iter().any(|target| {
        matches!(target, Target::Unconditional { installation_id, .. } if *installation_id == installation)
    })
}
