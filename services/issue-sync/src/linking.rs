//! Links issues to tickets, for people and for alert rules.

pub(crate) mod create_ticket;
pub(crate) mod issue_info;
pub(crate) mod store_link;
pub(crate) mod ticket_record;
pub(crate) mod try_again;
