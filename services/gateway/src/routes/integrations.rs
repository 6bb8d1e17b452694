//! Integrations with outside trackers.

mod list_integrations;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    Group {
        name: "Integrations",
        about: "Integrations with outside trackers.",
        operations: vec![list_integrations::operation()],
    }
}
