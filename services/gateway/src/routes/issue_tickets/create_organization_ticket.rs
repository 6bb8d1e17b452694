use super::create_ticket::{create_ticket, described};
use crate::api::operation::{Operation, post};

pub(super) fn operation() -> Operation {
    described(post(
        "create_organization_ticket",
        "/api/0/organizations/{organization}/issues/{issue}/integrations/{integration}/",
        create_ticket,
    ))
}
