use super::list_issue_events::{described, list_issue_events};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "list_project_events",
        "/api/0/projects/{organization}/{project}/events/",
        list_issue_events,
    ))
}
