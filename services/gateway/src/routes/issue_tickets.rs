//! Tickets of outside trackers that are linked to issues.

mod create_organization_ticket;
mod create_ticket;
mod get_organization_ticket_form;
mod get_ticket_form;
mod link_organization_ticket;
mod link_ticket;
mod list_issue_integrations;
mod list_organization_issue_integrations;
mod refusal;
mod unlink_organization_ticket;
mod unlink_ticket;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations = vec![
        list_issue_integrations::operation(),
        list_organization_issue_integrations::operation(),
        get_ticket_form::operation(),
        get_organization_ticket_form::operation(),
        create_ticket::operation(),
        create_organization_ticket::operation(),
        link_ticket::operation(),
        link_organization_ticket::operation(),
        unlink_ticket::operation(),
        unlink_organization_ticket::operation(),
    ];
    Group {
        name: "Tickets of issues",
        about: "Tickets of outside trackers that are linked to issues.",
        operations,
    }
}
