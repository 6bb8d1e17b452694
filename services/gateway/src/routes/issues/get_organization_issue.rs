use super::get_issue::{described, get_issue};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get("get_organization_issue", "/api/0/organizations/{organization}/issues/{issue}/", get_issue))
}
