use super::get_issue_event::{described, get_issue_event};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "get_organization_issue_event",
        "/api/0/organizations/{organization}/issues/{issue}/events/{event}/",
        get_issue_event,
    ))
}
