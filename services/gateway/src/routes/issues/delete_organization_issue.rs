use super::delete_issue::{delete_issue, described};
use crate::api::operation::{Operation, delete};

pub(super) fn operation() -> Operation {
    described(delete(
        "delete_organization_issue",
        "/api/0/organizations/{organization}/issues/{issue}/",
        delete_issue,
    ))
}
