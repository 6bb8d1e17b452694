//! Errors that were reported to a project.

mod get_event;
mod get_issue_event;
mod get_organization_issue_event;
mod list_issue_events;
mod list_organization_issue_events;
mod list_project_events;

use crate::api::operation::Group;
use crate::api::scopes::EVENT_READERS;

pub(super) fn group() -> Group {
    let operations = vec![
        list_issue_events::operation(),
        list_organization_issue_events::operation(),
        list_project_events::operation(),
        get_issue_event::operation(),
        get_organization_issue_event::operation(),
        get_event::operation(),
    ];
    Group { name: "Error events", about: "Errors that were reported to a project.", operations }
}
