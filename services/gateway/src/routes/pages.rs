//! Pages at the addresses that events contain.

mod event_page;
mod issue_page;

use crate::api::operation::Group;
use crate::api::scopes::EVENT_READERS;

pub(super) fn group() -> Group {
    let operations = vec![issue_page::operation(), event_page::operation()];
    Group { name: "Pages", about: "Pages at the addresses that events contain.", operations }
}
