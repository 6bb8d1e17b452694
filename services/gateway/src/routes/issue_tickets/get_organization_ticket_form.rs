use super::get_ticket_form::{described, get_ticket_form};
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    described(get(
        "get_organization_ticket_form",
        "/api/0/organizations/{organization}/issues/{issue}/integrations/{integration}/",
        get_ticket_form,
    ))
}
