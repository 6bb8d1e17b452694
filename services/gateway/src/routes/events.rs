//! Events that were sent to installations, and why.

mod explain_event;
mod list_missed_events;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations = vec![list_missed_events::operation(), explain_event::operation()];
    Group { name: "Events", about: "Events that were sent to installations, and why.", operations }
}
