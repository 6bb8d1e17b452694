use patchbay_proto::issue_sync as proto;

use crate::domain::link::Link;
use crate::installations::Acting;

pub(super) fn ticket_message(acting: &Acting, link: &Link, is_new: bool) -> proto::LinkedTicket {
    proto::LinkedTicket {
        id: link.id,
        key: link.ticket.key.clone(),
        url: acting.provider.issue_url(&acting.installation, &link.ticket.key),
        integration_id: link.integration_id,
        display_name: acting.provider.display_name(&link.ticket.key),
        title: link.ticket.title.clone(),
        description: link.ticket.description.clone(),
        is_new,
        ..proto::LinkedTicket::default()
    }
}
