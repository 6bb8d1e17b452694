use super::update_issue::{described, update_issue};
use crate::api::operation::{Operation, put};

pub(super) fn operation() -> Operation {
    described(put(
        "update_organization_issue",
        "/api/0/organizations/{organization}/issues/{issue}/",
        update_issue,
    ))
}
