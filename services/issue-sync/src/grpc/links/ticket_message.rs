use patchbay_proto::issue_sync as proto;
use patchbay_rpc::timestamp;

use crate::domain::link::Link;
use crate::domain::outbound::LinkOutcome;
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
        last_inbound: link.last_inbound.clone().map(outcome_message),
        last_outbound: link.last_outbound.clone().map(outcome_message),
    }
}

fn outcome_message(outcome: LinkOutcome) -> proto::SyncOutcome {
    let LinkOutcome { at, operation, outcome, problem: _, message, next_attempt } = outcome;
    let (at, next_attempt) = (Some(timestamp::to_wire(at)), next_attempt.map(timestamp::to_wire));
    proto::SyncOutcome { at, operation, outcome, message, next_attempt }
}
