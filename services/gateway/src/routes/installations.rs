//! Apps in the organizations that installed them.

mod authorize;
mod clear_project_filter;
mod follow_redirect;
mod get_installation;
mod get_project_filter;
mod get_webhooks;
mod install;
mod list_installations;
mod mark_installed;
mod set_project_filter;
mod switch_webhooks;
mod uninstall;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
const WRITERS: &[Scope] = &[Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_installations::operation(),
        install::operation(),
        get_installation::operation(),
        mark_installed::operation(),
        uninstall::operation(),
        authorize::operation(),
        follow_redirect::operation(),
        get_project_filter::operation(),
        set_project_filter::operation(),
        clear_project_filter::operation(),
        get_webhooks::operation(),
        switch_webhooks::operation(),
    ];
    Group { name: "Installations", about: "Apps in the organizations that installed them.", operations }
}
