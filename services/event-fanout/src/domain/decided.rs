//! What is decided about an event when it is accepted, once and for all: who gets it, and who would but for one reason.
//!
//! The record is kept with the event. So handing it over again reaches the same installations under the same numbers,
//! and what is told of it later does not depend on how subscriptions look by then.

use patchbay_domain::event::Reach;
use uuid::Uuid;

use super::decide::{Verdict, decide};
use super::event::{Event, Target};
use super::index::Index;

/// The decision about one installation. Those that did not ask for the event are not in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) installation_id: Uuid,
    pub(crate) app_id: i64,
    pub(crate) verdict: Verdict,
    /// Sent whatever state the installation is in.
    pub(crate) unconditional: bool,
    /// For [`Verdict::Suspended`]: by what.
    pub(crate) suspended_by: String,
    /// Which of the installation's webhooks it is, from 1; 0 for none.
    pub(crate) sequence: i64,
}

impl Decided {
    pub(crate) fn is_sent(&self) -> bool {
        self.verdict == Verdict::Send
    }

    /// Whether it counts among the installation's webhooks. What is withheld while they are stopped does, so that the
    /// receiver notices, when they are sent again, what it can fetch.
    pub(crate) fn is_numbered(&self) -> bool {
        matches!(self.verdict, Verdict::Send | Verdict::Suspended)
    }
}

/// Decides for each installation, which stands there at most once: the unconditional ones first, the others by uuid.
pub(crate) fn decide_all(index: &Index, event: &Event) -> Vec<Decided> {
    let mut all = Vec::new();
    for target in &event.targets {
        let Target::Unconditional { installation_id, app_id } = *target else { continue };
        if all.iter().all(|decided: &Decided| decided.installation_id != installation_id) {
            all.push(Decided {
                installation_id,
                app_id,
                verdict: Verdict::Send,
                unconditional: true,
                suspended_by: String::new(),
                sequence: 0,
            });
        }
    }
    // Nobody can have asked for it.
    if event.kind.reach() == Reach::Named && event.targets.is_empty() {
        return all;
    }
    for subscription in index.installations(event.organization_id) {
        let verdict = decide(event, subscription);
        if verdict == Verdict::NotSubscribed || is_unconditional(&event.targets, subscription.installation_id)
        {
            continue;
        }
        let is_suspended = verdict == Verdict::Suspended;
        all.push(Decided {
            installation_id: subscription.installation_id,
            app_id: subscription.app_id,
            verdict,
            unconditional: false,
            suspended_by: if is_suspended { subscription.suspended_by.clone() } else { String::new() },
            sequence: 0,
        });
    }
    all
}

/// Whether the installation is among the targets that are sent to without asking.
pub(crate) fn is_unconditional(targets: &[Target], installation: Uuid) -> bool {
    targets.iter().any(|target| {
        matches!(target, Target::Unconditional { installation_id, .. } if *installation_id == installation)
    })
}
