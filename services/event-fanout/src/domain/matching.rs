//! Matches events with subscriptions.

use patchbay_domain::event::Reach;

use super::event::{Event, Target};
use super::subscription::Subscription;

/// Whether an installation gets an event, or the first reason why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Send,
    /// The installation is pending or ending.
    NotInstalled,
    /// The app did not subscribe to the event, or is not named by it.
    NotSubscribed,
    ScopeMissing,
    ProjectFiltered,
    NoWebhook,
    /// The installation's webhooks are stopped.
    Suspended,
}

/// The suspension of a disabled app. Its webhooks are handed over all the same: webhook-sender holds them, and sends them once
/// the app is enabled again.
const APP_DISABLED: &str = "app_disabled";

/// Matches an event with an installation of the same organization. Unconditional targets are not matched: they always get the event.
pub(crate) fn match_subscription(event: &Event, subscription: &Subscription) -> Verdict {
    if !subscription.installed {
        return Verdict::NotInstalled;
    }
    let is_addressed = match event.kind.reach() {
        Reach::Named => event.targets.iter().any(|target| names(target, subscription)),
        Reach::Subscribers(_) => subscription.events.contains(&event.kind),
    };
    if !is_addressed {
        return Verdict::NotSubscribed;
    }
    if let Reach::Subscribers(scope) = event.kind.reach()
        && !subscription.scopes.contains(scope)
    {
        return Verdict::ScopeMissing;
    }
    if event.kind.is_filtered_by_project(event.project_id)
        && !passes_filter(event.project_id, &subscription.project_ids)
    {
        return Verdict::ProjectFiltered;
    }
    if !subscription.has_webhook {
        return Verdict::NoWebhook;
    }
    match subscription.suspended_by.as_str() {
        "" | APP_DISABLED => Verdict::Send,
        // Last, because a suspended event gets a number, and the receiver can fetch it later.
        _ => Verdict::Suspended,
    }
}

/// Whether the target means this installation.
pub(crate) fn names(target: &Target, subscription: &Subscription) -> bool {
    match target {
        Target::Installation(id) => *id == subscription.installation_id,
        Target::App(slug) => *slug == subscription.app_slug,
        Target::Unconditional { .. } => false,
    }
}

fn passes_filter(project_id: Option<i64>, filter: &[i64]) -> bool {
    filter.is_empty() || project_id.is_some_and(|project_id| filter.binary_search(&project_id).is_ok())
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
