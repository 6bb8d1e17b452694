//! Decisions about the receivers of an event, made once when the event is accepted.
//!
//! They are stored with the event. Handing it over again reaches the same installations under the same numbers, and an explanation
//! does not depend on later subscriptions.

use patchbay_domain::event::Reach;
use uuid::Uuid;

use super::event::{Event, Target};
use super::index::Index;
use super::matching::{Verdict, match_subscription};

/// The decision about one installation that the event was addressed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) installation_id: Uuid,
    pub(crate) app_id: i64,
    pub(crate) verdict: Verdict,
    /// Whether the event is sent in any state of the installation.
    pub(crate) unconditional: bool,
    /// The reason of [`Verdict::Suspended`]; empty otherwise.
    pub(crate) suspended_by: String,
    /// The number of the webhook in its installation, from 1; 0 if it is not numbered.
    pub(crate) sequence: i64,
}

impl Decision {
    pub(crate) fn is_sent(&self) -> bool {
        self.verdict == Verdict::Send
    }

    /// Whether the webhook gets a number. Suspended ones do, so that the receiver later notices the gap and fetches them.
    pub(crate) fn is_numbered(&self) -> bool {
        matches!(self.verdict, Verdict::Send | Verdict::Suspended)
    }
}

/// One decision for each installation: unconditional targets first, the others by UUID.
pub(crate) fn match_all(index: &Index, event: &Event) -> Vec<Decision> {
    let mut all = Vec::new();
    for target in &event.targets {
        let Target::Unconditional { installation_id, app_id } = *target else { continue };
        if all.iter().all(|decision: &Decision| decision.installation_id != installation_id) {
            all.push(Decision {
                installation_id,
                app_id,
                verdict: Verdict::Send,
                unconditional: true,
                suspended_by: String::new(),
                sequence: 0,
            });
        }
    }
    // The event has neither subscribers nor targets.
    if event.kind.reach() == Reach::Named && event.targets.is_empty() {
        return all;
    }
    for subscription in index.installations(event.organization_id) {
        let verdict = match_subscription(event, subscription);
        if verdict == Verdict::NotSubscribed || is_unconditional(&event.targets, subscription.installation_id)
        {
            continue;
        }
        let is_suspended = verdict == Verdict::Suspended;
        all.push(Decision {
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

/// Whether the installation is an unconditional target.
pub(crate) fn is_unconditional(targets: &[Target], installation: Uuid) -> bool {
    targets.iter().any(|target| {
        matches!(target, Target::Unconditional { installation_id, .. } if *installation_id == installation)
    })
}
