//! The UI components of apps, with the options of their select fields.

mod component_list;
mod get_select_options;
mod list_app_components;
mod list_organization_components;
mod project_slug;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
const INSTALLATION_READERS: &[Scope] =
    &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_app_components::operation(),
        list_organization_components::operation(),
        get_select_options::operation(),
    ];
    Group {
        name: "Components",
        about: "The UI components of apps, with the options of their select fields.",
        operations,
    }
}
