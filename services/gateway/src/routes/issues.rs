//! Issues of the projects of an organization.

mod change;
mod delete_issue;
mod delete_issues;
mod delete_organization_issue;
mod delete_project_issues;
mod get_issue;
mod get_organization_issue;
mod list_issues;
mod list_project_issues;
mod selection;
mod update_issue;
mod update_issues;
mod update_organization_issue;
mod update_project_issues;

use crate::api::operation::Group;
use crate::api::schema::{Field, Kind, optional};
use crate::api::scopes::{EVENT_DELETERS, EVENT_READERS, EVENT_WRITERS};

const CHOICE: &[Field] =
    &[optional("id", Kind::Texts), optional("query", Kind::Text), optional("project", Kind::Texts)];
const CHOICE_IN_PROJECT: &[Field] = &[optional("id", Kind::Texts), optional("query", Kind::Text)];

pub(super) fn group() -> Group {
    let operations = vec![
        list_issues::operation(),
        update_issues::operation(),
        delete_issues::operation(),
        list_project_issues::operation(),
        update_project_issues::operation(),
        delete_project_issues::operation(),
        get_issue::operation(),
        get_organization_issue::operation(),
        update_issue::operation(),
        update_organization_issue::operation(),
        delete_issue::operation(),
        delete_organization_issue::operation(),
    ];
    Group { name: "Issues", about: "Issues of the projects of an organization.", operations }
}
