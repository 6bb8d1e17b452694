//! Organizations and their audit log.

mod create_organization;
mod get_organization;
mod list_audit_logs;
mod list_organizations;
mod update_organization;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_organizations::operation(),
        create_organization::operation(),
        get_organization::operation(),
        update_organization::operation(),
        list_audit_logs::operation(),
    ];
    Group { name: "Organizations", about: "Organizations and their audit log.", operations }
}
