use super::unlink_ticket::{described, unlink_ticket};
use crate::api::operation::{Operation, delete};

pub(super) fn operation() -> Operation {
    described(delete(
        "unlink_organization_ticket",
        "/api/0/organizations/{organization}/issues/{issue}/integrations/{integration}/",
        unlink_ticket,
    ))
}
