use super::list_issue_events::{described, list_issue_events};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "list_organization_issue_events",
        "/api/0/organizations/{organization}/issues/{issue}/events/",
        list_issue_events,
    ))
}
