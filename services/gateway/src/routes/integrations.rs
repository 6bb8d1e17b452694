//! Integrations with outside trackers.

pub(super) mod chosen;
mod delete_integration;
mod get_integration;
mod get_integration_health;
mod list_integrations;
mod list_providers;
mod set_integration;
mod update_integration;

use patchbay_domain::Scope;

use crate::api::operation::Group;

pub(super) const READERS: &[Scope] =
    &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
pub(super) const WRITERS: &[Scope] = &[Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
const DELETERS: &[Scope] = &[Scope::OrgIntegrations, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_providers::operation(),
        list_integrations::operation(),
        get_integration::operation(),
        update_integration::operation(),
        set_integration::operation(),
        delete_integration::operation(),
        get_integration_health::operation(),
    ];
    Group { name: "Integrations", about: "Integrations with outside trackers.", operations }
}
