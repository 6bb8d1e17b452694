use super::list_issue_integrations::{described, list_issue_integrations};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "list_organization_issue_integrations",
        "/api/0/organizations/{organization}/issues/{issue}/integrations/",
        list_issue_integrations,
    ))
}
